import * as ds from "@devicescript/core"
import {
    awaitBoot,
    beginBoot,
    enterSafeMode,
    leaveSafeMode,
    markSafe,
    shutDown,
} from "./boot"
import { taskError } from "./errors"
import { get, select } from "./names"
import {
    MAX_CHANGE_LISTENERS,
    MAX_TEXT_TASKS,
    Plan,
    RegistryOptions,
    SafeModeOptions,
    Task,
    TaskBody,
    TaskOptions,
} from "./options"
import {
    absentNames,
    applyKept,
    forgetAbsent,
    loadKept,
    noteKept,
    saveKept,
} from "./overrides"
import { inSlices } from "./loop"
import { CLOSING, SAFE, Supervisor, TaskRecord, wake } from "./state"
import {
    deviceStats,
    DeviceStats,
    lastLines,
    linesOf,
    statsOf,
    statusOf,
    Summary,
    summaryOf,
    TaskStats,
    TaskStatus,
} from "./status"
import { statusText, underParents } from "./status-text"
import { addTask } from "./task"
import {
    disableTask,
    enableTask,
    hasParentUp,
    planAgain,
    requestDelete,
    requestRestart,
    scheduleTask,
    startTask,
    stopForGood,
    stopRun,
    unscheduleTask,
    watchAgain,
} from "./transitions"
import {
    checkKeptOptions,
    checkOptions,
    checkPlan,
    checkWait,
} from "./validate"
import { awaitEnds, awaitRest, Ends } from "./waits"

/**
 * The tasks of a program, by name, under supervision.
 *
 * Where a method takes a selection, that is a name, a pattern with `*` for any characters, a
 * state as `:failed`, or both as `net-*:failed`; when no name matches it throws
 * `UnknownTaskError`, which lists near names. Methods that wait may be called from anywhere: in
 * the body of a task they are waits of that task, and throw `TaskStopped` once it is to stop; in
 * the body of a task that stops itself, or a parent of its own, they do so at once. What was
 * asked for takes place also when the caller does not live to see it.
 * @devsWhenUsed
 */
export class TaskRegistry {
    private readonly supervisor: Supervisor

    /** @throws OptionError for defaults that make no sense */
    constructor(options: RegistryOptions) {
        if (options.defaults) checkOptions("defaults", options.defaults)
        this.supervisor = makeSupervisor(options)
    }

    /**
     * Adds a task, and starts it as its options say: as soon as the boot is over.
     * @returns the task; its name is `name@1`, `name@2`, ... when `name` is taken
     * @throws TaskError for a bad name, or over a limit; OptionError for a bad option
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
        await awaitBoot(this.supervisor)
    }

    /**
     * Stops all tasks, core tasks last, and records in flash that a restart on purpose follows.
     * Returns at once; a task may call it, and be stopped by it.
     * @param then called at the end; it must restart the program: `() => ds.restart()`
     */
    shutDown(then: () => void): void {
        shutDown.start(this.supervisor, then)
    }

    /**
     * Deletes all tasks; with the last one the supervision ends, and the registry is of no use
     * any more. In the body of a task it throws `TaskStopped`, and ends all the same.
     */
    async dispose(): Promise<void> {
        const { supervisor } = this
        supervisor.flags |= CLOSING
        wake(supervisor)
        if (supervisor.tasks.length > 0) await this.delete("*")
    }

    /** Names of the tasks of a selection, in the order in which they were added. */
    names(selection = "*"): string[] {
        return this.matching(selection).map(task => task.name)
    }

    /** The task of this very name. @throws UnknownTaskError */
    get(name: string): Task {
        return get(this.supervisor, name)
    }

    /**
     * Starts all tasks of a selection, with what they require. One that runs is left alone; one
     * that is scheduled or waits for its restart runs now. A child starts only while its parent
     * runs.
     * @throws TaskError for a single child whose parent does not run
     */
    start(selection: string): void {
        const tasks = this.select(selection)
        if (tasks.length === 1 && !hasParentUp(tasks[0])) {
            const { name, parent } = tasks[0]
            throw taskError(
                name,
                `its parent is ${parent.state}; start "${parent.name}"`
            )
        }
        tasks.forEach(startTask)
    }

    /**
     * Stops all tasks of a selection, those that require them and their children first, and
     * waits for their ends.
     * @param keepSchedule stops the runs under way only, what is planned stays
     */
    async stop(selection: string, keepSchedule = false): Promise<void> {
        await this.askToEnd(selection, keepSchedule ? stopRun : stopForGood)
    }

    /** Stops and starts all tasks of a selection, with the same arguments, and waits for their ends. */
    async restart(selection: string): Promise<void> {
        await this.askToEnd(selection, requestRestart)
    }

    /** Stops all tasks of a selection and takes them out of the registry. */
    async delete(selection: string): Promise<void> {
        await this.askToEnd(selection, requestDelete)
    }

    /**
     * Waits until none of the tasks of a selection runs, or waits to.
     * @param timeout longest wait in ms; for ever when left out
     * @returns false when the time ran out
     */
    async wait(selection: string, timeout?: number): Promise<boolean> {
        if (timeout !== undefined) checkWait(selection, timeout)
        return await awaitRest(this.supervisor, this.select(selection), timeout)
    }

    /**
     * Waits like `wait`, and answers with what the tasks returned, in the order in which they were
     * added; for one that failed with its `Failure`, as `asyncio.gather` does with
     * `return_exceptions`. A task that has not ended in time has the result of its run before.
     */
    async gather(selection: string, timeout?: number): Promise<any[]> {
        const tasks = this.select(selection)
        await this.wait(selection, timeout)
        return tasks.map(task =>
            task.state === "failed" ? task.error : task.result
        )
    }

    /** Gives all tasks of a selection a plan until the next reset, and starts them by it. */
    schedule(selection: string, plan: Plan): void {
        const tasks = this.select(selection)
        checkPlan(selection, plan)
        for (const task of tasks) scheduleTask(task, plan)
    }

    /** Takes the plans of all tasks of a selection away until the next reset; runs under way go on. */
    unschedule(selection: string): void {
        this.select(selection).forEach(unscheduleTask)
    }

    /**
     * Stops all tasks of a selection and keeps them from starting at boot, across resets. `start`
     * still starts them.
     * @throws TaskError when it does not fit into flash
     */
    async disable(selection: string): Promise<void> {
        const tasks = this.select(selection)
        const { supervisor } = this
        const problem = await this.note(tasks, { off: 1 })
        const ends = await endInSlices(tasks, disableTask)
        if (problem) throw problem
        await saveKept(supervisor)
        await awaitEnds(supervisor, ends)
    }

    /** Takes back `disable`, and starts the tasks. */
    async enable(selection: string): Promise<void> {
        const tasks = this.select(selection)
        const problem = await this.note(tasks, { off: undefined })
        await inSlices(tasks, enableTask)
        if (problem) throw problem
        await saveKept(this.supervisor)
    }

    /**
     * Changes options of all tasks of a selection, now and across resets; undefined brings back
     * that of `add`. A run under way keeps its restart policy until it ends.
     * @throws OptionError for an option that cannot be kept or is wrong, TaskError when it does
     *     not fit any more, FlashError when the flash does not answer
     */
    async setOptions(selection: string, options: TaskOptions): Promise<void> {
        const tasks = this.select(selection)
        checkKeptOptions(tasks[0] ? tasks[0].name : selection, options)
        const problem = await this.note(tasks, options)
        if (problem) throw problem
        const names = Object.keys(options)
        const isPlan = names.includes("in") || names.includes("every")
        await inSlices(tasks, task => {
            applyKept(task)
            if (isPlan) planAgain(task)
            if (names.includes("watchdog")) watchAgain(task)
        })
        await saveKept(this.supervisor)
    }

    /** Names of tasks that are not there and that flash keeps something about. */
    async keptNames(): Promise<string[]> {
        await loadKept(this.supervisor)
        return absentNames(this.supervisor)
    }

    /**
     * Removes from flash what is kept about tasks that are not there.
     * @param pattern which of their names
     * @returns the names
     */
    async forget(pattern = "*"): Promise<string[]> {
        const { supervisor } = this
        await loadKept(supervisor)
        const names = forgetAbsent(supervisor, pattern)
        await saveKept(supervisor)
        return names
    }

    /** Begins safe mode: stops all but the core tasks, and waits for their ends. */
    async enterSafeMode(): Promise<void> {
        await enterSafeMode(this.supervisor, "asked for")
    }

    /** Ends safe mode, and starts the tasks that it kept from starting. */
    async leaveSafeMode(): Promise<void> {
        await leaveSafeMode(this.supervisor)
    }

    /** Changes when safe mode begins and ends. */
    configureSafeMode(options: SafeModeOptions): void {
        const { supervisor } = this
        if (options.maxShortStarts !== undefined)
            supervisor.maxShortStarts = options.maxShortStarts
        if (options.safeModeMs === undefined) return
        supervisor.safeModeMs = options.safeModeMs
        if ((supervisor.flags & SAFE) !== 0) markSafe(supervisor)
    }

    /**
     * Calls `listener` after each change of state of any task, and when one was added or removed.
     * It must not wait.
     * @returns how to end that
     * @throws TaskError above `MAX_CHANGE_LISTENERS`
     */
    onChange(listener: (task: Task) => void): () => void {
        const { supervisor } = this
        const listeners = supervisor.listeners || []
        if (listeners.length >= MAX_CHANGE_LISTENERS)
            throw taskError(
                "*",
                `at most ${MAX_CHANGE_LISTENERS} listeners of changes`
            )
        listeners.push(listener)
        supervisor.listeners = listeners
        return () => {
            const at = listeners.indexOf(listener)
            if (at >= 0) listeners.insert(at, -1)
        }
    }

    /** State of all tasks of a selection, as data. */
    status(selection = "*"): TaskStatus[] {
        const lines = lastLines(this.supervisor.lines)
        return this.matching(selection).map(task => statusOf(task, lines))
    }

    /**
     * State of the tasks of a selection, for people.
     * @throws TaskError for more than `MAX_TEXT_TASKS`: use `showStatus`
     */
    statusText(selection = "*", colour = true): string {
        const tasks = this.matching(selection)
        if (tasks.length > MAX_TEXT_TASKS)
            throw taskError(
                selection,
                `${tasks.length} tasks, at most ${MAX_TEXT_TASKS} fit into a text; use showStatus`
            )
        const lines = lastLines(this.supervisor.lines)
        return underParents(tasks)
            .map(task => statusText(statusOf(task, lines), colour))
            .join("\n")
    }

    /**
     * Hands out the state of all tasks of a selection, for people: one text of a few lines for
     * each task, in slices, however many there are.
     */
    async showStatus(
        use: (text: string) => void,
        selection = "*",
        colour = true
    ): Promise<void> {
        const tasks = this.matching(selection)
        const lines = lastLines(this.supervisor.lines)
        await ds.sleep(0)
        const shown = underParents(tasks)
        await inSlices(shown, task =>
            use(statusText(statusOf(task, lines), colour))
        )
    }

    /** The last log lines of a task, oldest first, among the last `MAX_STATUS_LINES` of all. */
    lines(name: string, most: number): string[] {
        return linesOf(get(this.supervisor, name), most)
    }

    /** Figures of all tasks of a selection. */
    stats(selection = "*"): TaskStats[] {
        return this.matching(selection).map(statsOf)
    }

    /** Figures of the device. */
    deviceStats(): DeviceStats {
        return deviceStats(this.supervisor)
    }

    /** The registry as a whole: `running`, `degraded`, ... and how many tasks are in each state. */
    summary(): Summary {
        return summaryOf(this.supervisor)
    }

    private select(selection: string): TaskRecord[] {
        return select(this.supervisor, selection)
    }

    /** Like `select`, but content with no tasks at all. */
    private matching(selection: string): TaskRecord[] {
        return this.supervisor.tasks.length > 0 ? this.select(selection) : []
    }

    private async askToEnd(
        selection: string,
        action: (task: TaskRecord) => void
    ): Promise<void> {
        const tasks = this.select(selection)
        const ends = await endInSlices(tasks, action)
        await awaitEnds(this.supervisor, ends)
    }

    /**
     * Notes what is to be kept about tasks, once it is known what the flash has.
     * @returns why nothing can be kept; what was asked for holds until the next reset all the same
     * @throws TaskError when it does not fit
     */
    private async note(
        tasks: TaskRecord[],
        changes: Record<string, any>
    ): Promise<Error | undefined> {
        try {
            await loadKept(this.supervisor)
        } catch (e: any) {
            return e
        }
        if (tasks.length > 0) noteKept(tasks, changes)
        return undefined
    }
}

/**
 * Asks many tasks to end, in slices.
 * @returns the runs that are to end: some tasks begin the next one before all were asked
 */
async function endInSlices(
    tasks: TaskRecord[],
    action: (task: TaskRecord) => void
): Promise<Ends> {
    const runs: number[] = []
    await inSlices(tasks, task => {
        runs.push(task.runs)
        action(task)
    })
    return { tasks, runs }
}

/** What the tasks of one registry share, without tasks. */
function makeSupervisor(options: RegistryOptions): Supervisor {
    const { log, clock } = options
    // fields are looked up in turn, so those in use all the time come first
    const supervisor = {
        flags: 0,
        clock,
        timers: [],
        tasks: [],
        byName: {},
        fiber: undefined,
        watchers: [],
        listeners: undefined,
        core: [],
        left: [],
        reports: log.logger("tasks"),
        log,
        keptVersion: 0,
        writtenVersion: 0,
        isWriting: false,
    } as unknown as Supervisor
    return Object.assign(supervisor, options)
}
