#include "store/rocksdb_store.h"
