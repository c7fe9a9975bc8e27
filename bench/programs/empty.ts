// Nothing at all: the size of what the compiler adds to every program.
export {}
