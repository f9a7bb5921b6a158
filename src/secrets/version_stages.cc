#include "secrets/version_stages.h"
