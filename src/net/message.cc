#include "net/message.h"
