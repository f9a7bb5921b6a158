#include "wire/shape.h"
