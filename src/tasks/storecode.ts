import { RESTART_POLICIES, TaskOptions } from "./options"

/** The options that can be kept, and the letter that stands for each in flash. */
const LETTERS: Record<string, string> = {
    in: "i",
    every: "e",
    watchdog: "w",
    grace: "g",
    delay: "d",
    maxDelay: "D",
    healthy: "h",
    maxRestarts: "n",
    window: "t",
    restart: "r",
}

/** Whether an option can be kept in flash. */
export function isStorable(option: string): boolean {
    return !!LETTERS[option]
}

/** Names of the options that can be kept. */
export function storableOptions(): string[] {
    return Object.keys(LETTERS)
}

/** Options as a letter and a number each: `e60000 r1`. */
export function encodeOptions(options: TaskOptions): string {
    const words: string[] = []
    for (const name of Object.keys(options)) {
        const value = (options as any)[name]
        if (value === undefined) continue
        const number =
            name === "restart" ? RESTART_POLICIES.indexOf(value) : value
        words.push(LETTERS[name] + number)
    }
    return words.join(" ")
}

/** The reverse of `encodeOptions`. What does not parse is left out. */
export function decodeOptions(text: string): TaskOptions {
    const options: any = {}
    for (const word of text.split(" "))
        for (const name of Object.keys(LETTERS)) {
            if (LETTERS[name] !== word.charAt(0)) continue
            const number = parseInt(word.slice(1))
            const value = name === "restart" ? RESTART_POLICIES[number] : number
            if (value !== undefined && !isNaN(number)) options[name] = value
        }
    return options
}
