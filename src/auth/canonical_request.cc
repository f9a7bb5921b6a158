#include "auth/canonical_request.h"
