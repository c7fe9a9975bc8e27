const CODES = {
    dim: 90,
    red: 91,
    green: 92,
    yellow: 93,
    blue: 94,
    magenta: 95,
    cyan: 96,
    bold: 1,
}

/** Colours that a terminal shows. */
export type Colour = keyof typeof CODES

/** Puts text in a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

/**
 * Colours for `stream`: none when it is no terminal or NO_COLOR is set (https://no-color.org),
 * in any case when FORCE_COLOR is (https://force-color.org).
 */
export function paintFor(stream: NodeJS.WriteStream): Paint {
    const { FORCE_COLOR, NO_COLOR } = process.env
    if (!FORCE_COLOR && (!stream.isTTY || NO_COLOR)) return (_, text) => text
    return (colour, text) => `\x1b[${CODES[colour]}m${text}\x1b[0m`
}

const LEVELS: [RegExp, Colour][] = [
    [/\b(emerg(ency)?|alert|crit(ical)?|err(or)?|exception|panic)\b/i, "red"],
    [/\bwarn(ing)?\b/i, "yellow"],
    [/\b(notice|started|starting)\b/i, "green"],
    [/\b(debug|trace)\b/i, "dim"],
]

/** The colour of a log line, by the first level word in it; undefined for an ordinary one. */
export function lineColour(line: string): Colour | undefined {
    return LEVELS.find(([words]) => words.test(line))?.[1]
}
