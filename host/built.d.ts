export function builtProgram(name: string): URL | undefined
export function stampOf(path: string): string | undefined
