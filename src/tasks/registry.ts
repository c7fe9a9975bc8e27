import { pauseForChange } from "./watchers"
import { addTask } from "./add"
import { awaitEnds, awaitRest } from "./awaiting"
import { beginBoot } from "./boot"
import { checkOptions } from "./check"
import {
    configureAll,
    disableAll,
    enableAll,
    shutDown,
    stopForGood,
    stopRun,
} from "./commands"
import { scheduleTask, unschedule } from "./configure"
import { select, unknownTask } from "./names"
import { lastLines } from "./lastlines"
import { TaskBody, TaskOptions } from "./options"
import { Plan, RegistryOptions } from "./registryoptions"
import { requestDelete } from "./remove"
import { requestRestart, startTask } from "./requests"
import { deviceStats, DeviceStats, statsOf, TaskStats } from "./stats"
import { statusOf, TaskStatus } from "./status"
import { inSlices } from "./slices"
import { CLOSED, makeSupervisor, Supervisor, UP, wake } from "./supervisor"
import { Task } from "./task"
import { statusText, underParents } from "./text"

/**
 * The tasks of a program, by name, under supervision.
 *
 * Where a method takes a pattern, that is a name or has `*` for any characters; when nothing
 * matches it throws `UnknownTaskError`, which lists near names. Methods that wait may be called
 * from anywhere: in the body of a task they are waits of that task, and throw `TaskStopped` once
 * it is to stop; in the body of a task that stops itself, or a parent of its own, they do so at
 * once. What was asked for takes place also when the caller does not live to see it.
 * @devsWhenUsed
 */
export class TaskRegistry {
    private readonly supervisor: Supervisor

    /** @throws TaskError for defaults that make no sense */
    constructor(options: RegistryOptions) {
        if (options.defaults) checkOptions("defaults", options.defaults)
        this.supervisor = makeSupervisor(options)
    }

    /**
     * Adds a task, and starts it as its options say: as soon as the boot is over.
     * @returns the task; its name is `name@1`, `name@2`, ... when `name` is taken
     * @throws TaskError for a bad name or option, or over a limit; nothing is added then
     */
    add(name: string, body: TaskBody, options?: TaskOptions): Task {
        const { supervisor } = this
        const task = addTask(supervisor, undefined, name, body, options)
        if (supervisor.autoBoot !== false) beginBoot(supervisor)
        return task
    }

    /**
     * Boots: what is kept in flash is read, and the tasks are started, core tasks first. The
     * first `add` begins it, unless `autoBoot` is false; tasks may be added at any time after.
     * Returns when the tasks that can start have been started.
     */
    async boot(): Promise<void> {
        const { supervisor } = this
        beginBoot(supervisor)
        while (!(supervisor.flags & UP)) await pauseForChange(supervisor)
    }

    /**
     * Stops all tasks, core tasks last, and records in flash that a restart on purpose follows.
     * Returns at once; a task may call it, and be stopped by it.
     * @param then called at the end; it must restart the program: `() => ds.restart()`
     */
    shutDown(then: () => void): void {
        shutDown.start(this.supervisor, then)
    }

    /** Deletes all tasks and ends the supervision: the registry is of no use any more. */
    async dispose(): Promise<void> {
        const { supervisor } = this
        if (supervisor.tasks.length) await this.delete("*")
        if (supervisor.forgetClock) supervisor.forgetClock()
        supervisor.flags |= CLOSED
        wake(supervisor)
    }

    /** Names of the tasks that match, in the order in which they were added. */
    names(pattern = "*"): string[] {
        return this.matching(pattern).map(task => task.name)
    }

    /** The task of this very name. @throws UnknownTaskError */
    get(name: string): Task {
        const task = this.supervisor.byName[name]
        if (!task) throw unknownTask(this.supervisor, name)
        return task
    }

    /**
     * Starts all tasks that match, with what they require. One that runs is left alone; one that
     * is scheduled or waits for its restart runs now.
     */
    start(pattern: string): void {
        for (const task of this.select(pattern)) startTask(task)
    }

    /**
     * Stops all tasks that match, those that require them and their children first, and waits
     * for their ends.
     * @param keepSchedule stops the runs under way only, what is planned stays
     */
    async stop(pattern: string, keepSchedule = false): Promise<void> {
        const tasks = this.select(pattern)
        await inSlices(tasks, keepSchedule ? stopRun : stopForGood)
        await awaitEnds(this.supervisor, tasks)
    }

    /** Stops and starts all tasks that match, with the same arguments, and waits for their ends. */
    async restart(pattern: string): Promise<void> {
        const tasks = this.select(pattern)
        await inSlices(tasks, requestRestart)
        await awaitEnds(this.supervisor, tasks)
    }

    /** Stops all tasks that match and takes them out of the registry. */
    async delete(pattern: string): Promise<void> {
        const tasks = this.select(pattern)
        await inSlices(tasks, requestDelete)
        await awaitEnds(this.supervisor, tasks)
    }

    /**
     * Waits until none of the tasks that match runs, or waits to.
     * @param timeout longest wait in ms; for ever when left out
     * @returns false when the time ran out
     */
    async wait(pattern: string, timeout?: number): Promise<boolean> {
        return await awaitRest(this.supervisor, this.select(pattern), timeout)
    }

    /** Gives all tasks that match a plan until the next reset, and starts them by it. */
    schedule(pattern: string, plan: Plan): void {
        for (const task of this.select(pattern)) scheduleTask(task, plan)
    }

    /** Forgets the plans of all tasks that match; runs under way go on. */
    unschedule(pattern: string): void {
        this.select(pattern).forEach(unschedule)
    }

    /**
     * Stops all tasks that match and keeps them from starting at boot, across resets. `start`
     * still starts them.
     * @throws TaskError when it does not fit into the flash slot
     */
    async disable(pattern: string): Promise<void> {
        await disableAll(this.supervisor, this.select(pattern))
    }

    /** Takes back `disable`, and starts the tasks. */
    async enable(pattern: string): Promise<void> {
        await enableAll(this.supervisor, this.select(pattern))
    }

    /**
     * Changes options of all tasks that match, now and across resets; undefined brings back
     * that of `add`. A run under way keeps its restart policy until it ends.
     * @throws TaskError for an option that cannot be kept, is wrong, or does not fit any more
     */
    async setOptions(pattern: string, options: TaskOptions): Promise<void> {
        await configureAll(this.supervisor, this.select(pattern), options)
    }

    /** State of all tasks that match, as data. */
    status(pattern = "*"): TaskStatus[] {
        const lines = lastLines(this.supervisor.lines)
        return this.matching(pattern).map(task => statusOf(task, lines))
    }

    /** State of all tasks that match, for people. */
    statusText(pattern = "*", colour = true): string {
        const lines = lastLines(this.supervisor.lines)
        // one status at a time: together they could fill the heap
        return underParents(this.matching(pattern))
            .map(task => statusText(statusOf(task, lines), colour))
            .join("\n")
    }

    /** Figures of all tasks that match. */
    stats(pattern = "*"): TaskStats[] {
        return this.matching(pattern).map(statsOf)
    }

    /** Figures of the device. */
    deviceStats(): DeviceStats {
        return deviceStats(this.supervisor)
    }

    private select(pattern: string): Task[] {
        return select(this.supervisor, pattern)
    }

    /** Like `select`, but content with no tasks at all. */
    private matching(pattern: string): Task[] {
        return this.supervisor.tasks.length ? this.select(pattern) : []
    }
}
