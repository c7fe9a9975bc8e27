/** What the help of a command ends with. @param words what follows `fiberctl` */
export function example(words: string): string {
    return `\nExample:\n  $ fiberctl ${words}`
}
