#include "crypto/system_random.h"
