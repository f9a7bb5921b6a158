#include "iam/account_store.h"
