#include "api/front_door.h"
