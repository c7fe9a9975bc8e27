import { styleText } from "node:util"

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
 * in any case when FORCE_COLOR is (https://force-color.org).
 */
export function paintFor(stream: NodeJS.WriteStream): Paint {
    const { FORCE_COLOR, NO_COLOR } = process.env
    if (!FORCE_COLOR && (!stream.isTTY || NO_COLOR)) return (_, text) => text
    // what terminals make of "dim" differs, grey is read on all of them
    return (colour, text) => styleText(colour === "dim" ? "gray" : colour, text)
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
