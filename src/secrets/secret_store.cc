#include "secrets/secret_store.h"
