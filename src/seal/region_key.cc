#include "seal/region_key.h"
