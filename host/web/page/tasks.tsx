import type { TaskState } from "../../client/types.ts"
import { lastRunTook } from "../../last-run.ts"
import { duration } from "../../words.ts"
import type { BoardState, TaskVerb, TaskView } from "../protocol.ts"
import { act } from "./ask.ts"
import { attempt } from "./notices.tsx"
import { TextWithPlaces } from "./places.tsx"
import { useState } from "preact/hooks"

/** What each state looks like. */
const LOOKS: Record<TaskState, string> = {
    disabled: "off",
    scheduled: "calm",
    waiting: "warn",
    starting: "good",
    running: "good",
    stopping: "warn",
    done: "off",
    stopped: "off",
    failed: "bad",
}
/** States that a stop makes sense in. */
const LIVE: TaskState[] = ["scheduled", "waiting", "starting", "running"]

/** The tasks, children below their parents, with buttons. */
export function Tasks({
    state,
    passed,
}: {
    state: BoardState
    passed: number
}) {
    const rows = asTree(state.tasks)
    const isReadOnly = state.info?.access === 1
    return (
        <section aria-labelledby="tasks-title">
            <h2 id="tasks-title">Tasks</h2>
            {rows.length === 0 && <p class="empty">There are no tasks yet.</p>}
            {rows.length > 0 && (
                <table class="tasks">
                    <thead>
                        <tr>
                            <th scope="col">Task</th>
                            <th scope="col">State</th>
                            <th scope="col">Since</th>
                            <th scope="col">Next run</th>
                            <th scope="col">Last result or error</th>
                            <th scope="col" class="number">
                                Runs
                            </th>
                            <th scope="col" class="number">
                                Restarts
                            </th>
                            <th scope="col">
                                <span class="hidden">Actions</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows.map(({ task, depth }) => (
                            <TaskRow
                                key={task.name}
                                board={state.id}
                                task={task}
                                depth={depth}
                                passed={passed}
                                isFixed={isReadOnly || state.isLost}
                            />
                        ))}
                    </tbody>
                </table>
            )}
        </section>
    )
}

interface RowProps {
    board: string
    task: TaskView
    depth: number
    /** Ms since the state came. */
    passed: number
    isFixed: boolean
}

function TaskRow({ board, task, depth, passed, isFixed }: RowProps) {
    const { name, state, since, ago, next, runs, restarts = 0 } = task
    const left = next === undefined ? undefined : next - since - ago - passed
    return (
        <tr data-task={name} class={LOOKS[state]}>
            <th scope="row" style={{ "--depth": depth }}>
                {name}
            </th>
            <td>
                <span class={`state ${LOOKS[state]}`}>{state}</span>{" "}
                {task.waitsFor && (
                    <span class="aside">for {task.waitsFor}</span>
                )}
            </td>
            <td data-label="since" class="time">
                {agoText(ago + passed)}
            </td>
            <td data-label="next run" class="time">
                {left === undefined
                    ? ""
                    : left < 500
                      ? "now"
                      : `in ${duration(coarse(left))}`}
            </td>
            <td data-label="last" class="outcome">
                <Outcome board={board} task={task} />
            </td>
            <td data-label="runs" class="number">
                {runs}
            </td>
            <td data-label="restarts" class="number">
                {restarts}
            </td>
            <td class="actions">
                <Buttons board={board} task={task} isFixed={isFixed} />
            </td>
        </tr>
    )
}

function agoText(ms: number): string {
    return ms < 1000 ? "just now" : `${duration(coarse(ms))} ago`
}

/** Times under a second flicker: they count as whole seconds here. */
function coarse(ms: number): number {
    return Math.round(ms / 1000) * 1000
}

function Outcome({ board, task }: { board: string; task: TaskView }) {
    const { state, failure, result } = task
    const isBad = failure !== undefined
    if (isBad)
        return (
            <span class={state === "failed" ? "failure" : "failure past"}>
                <TextWithPlaces board={board} text={failure} />
            </span>
        )
    if (result !== undefined && result !== null) return <>{String(result)}</>
    const took = lastRunTook(task)
    return took === undefined ? null : (
        <span class="aside">took {duration(took)}</span>
    )
}

function Buttons(props: { board: string; task: TaskView; isFixed: boolean }) {
    const { board, task, isFixed } = props
    const [busy, setBusy] = useState<TaskVerb>()
    const { name, state, disabled } = task
    const isOff = disabled === true || state === "disabled"
    const verbs: TaskVerb[] = [
        LIVE.includes(state) ? "stop" : "start",
        "restart",
        isOff ? "enable" : "disable",
    ]
    const run = async (verb: TaskVerb) => {
        if (busy) return
        setBusy(verb)
        await attempt(() => act(board, "task", { verb, name }))
        setBusy(undefined)
    }
    return (
        <div class="buttons">
            {verbs.map((verb, place) => (
                <button
                    // one that takes the place of another keeps its focus
                    key={place}
                    type="button"
                    disabled={isFixed || (isOff && verb !== "enable")}
                    // `disabled` would take the focus away
                    aria-disabled={busy !== undefined}
                    aria-label={`${verb} ${name}`}
                    onClick={() => void run(verb)}
                >
                    {busy === verb ? "…" : verb}
                </button>
            ))}
        </div>
    )
}

/** The tasks with their children right below them. */
export function asTree(tasks: TaskView[]): { task: TaskView; depth: number }[] {
    const names = new Set(tasks.map(({ name }) => name))
    const below = (parent: string | undefined, depth: number) =>
        tasks
            .filter(task =>
                parent === undefined
                    ? task.parent === undefined || !names.has(task.parent)
                    : task.parent === parent
            )
            .flatMap((task): { task: TaskView; depth: number }[] => [
                { task, depth },
                ...below(task.name, depth + 1),
            ])
    return below(undefined, 0)
}
