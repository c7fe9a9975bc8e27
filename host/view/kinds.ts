/** What can be shown of a board, by the words of `--only`. */
export const KINDS = [
    "log",
    "board",
    "led",
    "tone",
    "collector",
    "flash",
] as const

/** One of them. */
export type Kind = (typeof KINDS)[number]
