import { inspect } from "node:util"

/** Colours that a terminal shows, as far as they are used here. */
export type Colour =
    "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "bold"

/** Puts text in a colour, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

/** Whether a stream is a terminal on which lines can be drawn again; a dumb one prints such commands. */
export function isScreen({ isTTY }: { isTTY?: boolean }): boolean {
    return !!isTTY && process.env.TERM !== "dumb"
}

/**
 * Colours for `stream`: none when it is no terminal or NO_COLOR is set (https://no-color.org),
 * in any case when FORCE_COLOR is (https://force-color.org), unless it is 0.
 */
export function paintFor(stream: NodeJS.WriteStream): Paint {
    const { FORCE_COLOR, NO_COLOR } = process.env
    const isColoured = FORCE_COLOR
        ? FORCE_COLOR !== "0"
        : !NO_COLOR && stream.isTTY && stream.hasColors()
    if (!isColoured) return (_, text) => text
    // what terminals make of "dim" differs, grey is read on all of them
    return (colour, text) => styled(colour === "dim" ? "gray" : colour, text)
}

/** Text with the commands of a terminal around it. Node's styleText asks the environment as well, and warns. */
export function styled(
    style: Exclude<Colour, "dim"> | "gray" | "inverse",
    text: string
): string {
    const [open, close] = inspect.colors[style]!
    return `\x1b[${open}m${text}\x1b[${close}m`
}

/** What each severity looks like; those that are not here are left as they are. */
const LEVEL_COLOURS: Record<string, Colour> = {
    emergency: "red",
    alert: "red",
    critical: "red",
    error: "red",
    warning: "yellow",
    notice: "green",
    debug: "dim",
    trace: "dim",
}

/** The colour of a severity, by its name in lower case; undefined for an ordinary one. */
export function levelColour(level: string | undefined): Colour | undefined {
    return level === undefined ? undefined : LEVEL_COLOURS[level]
}
