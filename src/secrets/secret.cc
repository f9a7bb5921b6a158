#include "secrets/secret.h"
