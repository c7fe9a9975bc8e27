import { Clock } from "../platform"
import { addTask } from "./add"
import { DEFAULTS, MAX_TASKS } from "./defaults"
import { TaskError } from "./errors"
import { LogSystem } from "../log"
import { supervise } from "./loop"
import { select } from "./names"
import { SupervisionOptions, TaskBody, TaskOptions } from "./options"
import {
    awaitEnd,
    deleteTask,
    restartTask,
    startTask,
    stopTask,
    requestStop,
} from "./requests"
import { TaskStatus, statusOf } from "./status"
import { Supervisor } from "./supervisor"
import { statusText } from "./text"
import { WANTED } from "./states"
import { Task } from "./task"

/** What a registry is made of. */
export interface RegistryOptions {
    log: LogSystem
    clock: Clock
    /** Defaults in place of those of `defaults.ts`. */
    defaults?: SupervisionOptions
    /** Most tasks; `MAX_TASKS` when left out. */
    maxTasks?: number
}

/** The tasks of a program, by name. */
export class TaskRegistry {
    private readonly supervisor: Supervisor
    private started = false

    constructor(options: RegistryOptions) {
        this.supervisor = new Supervisor(
            options.clock,
            options.log,
            options.log.logger("tasks"),
            { ...DEFAULTS, ...options.defaults },
            options.maxTasks || MAX_TASKS
        )
    }

    /**
     * Adds a task and starts it as its options say.
     * @returns the task; its name is `name@1`, `name@2`, ... when `name` is taken
     * @throws TaskError for a bad name or option, or over a limit; nothing is added then
     */
    add(name: string, body: TaskBody, options?: TaskOptions): Task {
        const task = addTask(this.supervisor, undefined, name, body, options)
        this.boot()
        return task
    }

    /** Begins supervision; the first `add` does so too. */
    boot(): void {
        if (this.started) return
        this.started = true
        supervise.start(this.supervisor)
    }

    /** Names of the tasks that match, in the order in which they were added. */
    names(pattern = "*"): string[] {
        return this.supervisor.tasks.length
            ? select(this.supervisor, pattern).map(task => task.name)
            : []
    }

    /** The task of this very name. @throws UnknownTaskError */
    get(name: string): Task {
        return this.supervisor.find(name) || select(this.supervisor, name)[0]
    }

    /** Starts all tasks that match. @throws UnknownTaskError */
    start(pattern: string): void {
        for (const task of select(this.supervisor, pattern)) startTask(task)
    }

    /**
     * Stops all tasks that match and waits for their ends.
     * @throws UnknownTaskError
     * @throws TaskStopped in the body of a task that stops itself or a parent of its own
     */
    async stop(pattern: string): Promise<void> {
        const tasks = select(this.supervisor, pattern)
        for (const task of tasks) {
            task.flags &= ~WANTED
            requestStop(task)
        }
        for (const task of tasks) await awaitEnd(task)
    }

    /** Stops and starts all tasks that match, each with its arguments. */
    async restart(pattern: string): Promise<void> {
        for (const task of select(this.supervisor, pattern))
            await restartTask(task)
    }

    /** Stops all tasks that match and takes them out of the registry. */
    async delete(pattern: string): Promise<void> {
        for (const task of select(this.supervisor, pattern))
            await deleteTask(task)
    }

    /** State of all tasks that match, as data. */
    status(pattern = "*"): TaskStatus[] {
        return this.supervisor.tasks.length
            ? select(this.supervisor, pattern).map(statusOf)
            : []
    }

    /** State of all tasks that match, for people. */
    text(pattern = "*"): string {
        return this.status(pattern).map(statusText).join("\n")
    }
}
