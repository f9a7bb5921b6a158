#include "auth/sigv4.h"
