import type { ServiceLogger } from "../log"
import type { Task } from "./task"

/** The logger of a task. A topic admits no "@", so the lines of `name@1` stand under `name-1`. */
export function makeLogger(task: Task): ServiceLogger {
    const { log } = task.supervisor
    const name = logName(task.name)
    const dot = name.indexOf(".")
    return dot < 0
        ? log.service(name)
        : log.service(name.slice(0, dot), name.slice(dot + 1))
}

/** The name of a task as its topic has it. */
export function logName(name: string): string {
    return name.includes("@") ? name.split("@").join("-") : name
}

/** The mark that the log puts before the lines of a task. */
export function logMark(name: string): string {
    const known = logName(name)
    const dot = known.indexOf(".")
    return dot < 0
        ? known + ".service"
        : known.slice(0, dot) + ".service" + known.slice(dot)
}
