#include "api/operation.h"
