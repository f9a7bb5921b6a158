#include "wire/encoder.h"
