// Nothing at all: what the VM and the compiler take by themselves.
export {}
