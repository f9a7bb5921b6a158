#include "policy/authorizer.h"
