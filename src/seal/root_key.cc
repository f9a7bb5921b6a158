#include "seal/root_key.h"
