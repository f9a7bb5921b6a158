#include "store/testing/store_contract.h"
