#include "store/testing/fault_store.h"
