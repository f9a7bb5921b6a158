#include "kms/keyring.h"
