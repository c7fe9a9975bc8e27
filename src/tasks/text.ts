import { failureText } from "./failure"
import { TaskStatus } from "./status"

/** One task for people: coloured dot, name, state, how long ago, result or error. */
export function statusText(status: TaskStatus): string {
    const { state } = status
    const colour =
        state === "failed"
            ? 31
            : state === "running" || state === "done"
              ? 32
              : 33
    let line = `\u001b[${colour}m\u25cf\u001b[0m ${status.name}: ${state}, ${Math.round(status.ago / 1000)} s ago`
    if (status.error) line += `, error ${failureText(status.error)}`
    else if (status.result !== undefined) line += `, result ${status.result}`
    return line
}
