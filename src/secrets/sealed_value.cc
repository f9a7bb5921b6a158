#include "secrets/sealed_value.h"
