import type { TaskFailure } from "./client/types.ts"

/** An error with the places of its frames. */
export function failureText(
    { name, message, stack }: TaskFailure,
    resolve: (text: string) => string
): string {
    const text = name === "thrown" ? message : `${name}: ${message}`
    const frames = stackFrames(stack)
    return frames.length ? `${text} at ${resolve(frames.join(" "))}` : text
}

/** The frames of a stack as they stand in lines of the log. */
function stackFrames(stack: string | undefined): string[] {
    const bytes = Buffer.from(stack ?? "", "hex")
    const frames: string[] = []
    for (let at = 0; at + 2 <= bytes.length; at += 2)
        frames.push(`gpc:${bytes.readUInt16LE(at)}`)
    return frames
}
