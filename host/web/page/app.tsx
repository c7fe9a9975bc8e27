import type { ComponentChildren } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"
import { aheadText, duration, wallTime } from "../../words.ts"
import type { BoardState, BoardSummary } from "../protocol.ts"
import { Configuration } from "./config.tsx"
import { Flash } from "./flash.tsx"
import { Dependencies } from "./graph.tsx"
import { Log } from "./log.tsx"
import { Notices } from "./notices.tsx"
import { BoardButtons, LightAndSound } from "./parts.tsx"
import { SourceDialog } from "./places.tsx"
import { Plots, SomePlots } from "./plots.tsx"
import { Settings } from "./settings.tsx"
import { store, useStore } from "./store.ts"
import { Syslog } from "./syslog.tsx"
import { Tasks } from "./tasks.tsx"

const VIEWS = {
    tasks: "Tasks",
    log: "Log",
    syslog: "Syslog",
    plots: "Plots",
    flash: "Flash",
    settings: "Settings",
    config: "Configuration",
}
type View = keyof typeof VIEWS

/** Digits of a device id that tell boards of one name apart. */
const SHORT_ID = 4

/** A clock that is off by less is as good as right, in ms. */
const CLOCK_TOLERANCE_MS = 10_000

/** How the run before ended, behind the number of the boot. */
const LAST_ENDS: Record<string, string> = {
    first: "the first",
    restart: "after a restart",
    panic: "after a panic",
    power: "after a power loss",
}

/** Where the page is: `#/BOARD/VIEW`. */
function usePlace(): { board?: string; view: View } {
    const [hash, setHash] = useState(location.hash)
    useEffect(() => {
        const changed = () => setHash(location.hash)
        addEventListener("hashchange", changed)
        return () => removeEventListener("hashchange", changed)
    }, [])
    const [, board, view = ""] =
        /^#\/([0-9a-f]{16})(?:\/([a-z]+))?$/.exec(hash) ?? []
    return {
        board,
        view: Object.hasOwn(VIEWS, view) ? (view as View) : "tasks",
    }
}

export function App() {
    const place = usePlace()
    const { boards, state, isConnected, refusal } = useStore(
        "boards",
        "state",
        "server"
    )
    const board = place.board ?? boards[0]?.id
    useEffect(() => store.follow(board), [board])
    return (
        <>
            <a class="skip" href="#main" onClick={skip}>
                Skip to the board
            </a>
            <Boards chosen={board} view={place.view} />
            <main id="main" tabIndex={-1}>
                {!isConnected && (
                    <p class="banner" role="alert">
                        {refusal === undefined
                            ? "The console's server does not answer; waiting for it."
                            : `The console's server refuses this page: ${refusal}`}
                    </p>
                )}
                {state ? (
                    <BoardPage key={state.id} state={state} view={place.view} />
                ) : (
                    <p class="empty">{missingText(board, boards)}</p>
                )}
            </main>
            <Notices />
            <SourceDialog />
        </>
    )
}

/** What stands in place of a board that has told nothing yet. */
function missingText(board: string | undefined, boards: BoardSummary[]) {
    if (!board) return "There is no board on the bus yet; waiting for one."
    return boards.length === 0 || boards.some(({ id }) => id === board)
        ? "Asking the board …"
        : `There is no board ${board} on the bus; waiting for it.`
}

/** The skip link must not change the place. */
function skip(event: Event): void {
    event.preventDefault()
    document.getElementById("main")?.focus()
}

function Boards({ chosen, view }: { chosen: string | undefined; view: View }) {
    const { boards } = useStore("boards")
    const isShared = (name: string) =>
        boards.filter(board => board.name === name).length > 1
    return (
        <nav class="boards" aria-label="Boards">
            <p class="brand">
                <img src="icon.svg" alt="" width={22} height={22} /> fiberd
            </p>
            <ul>
                {boards.map(({ id, name, state, failed }) => (
                    <li key={id}>
                        <a
                            href={`#/${id}/${view}`}
                            aria-current={id === chosen ? "page" : undefined}
                        >
                            <span class={`dot ${boardLook(state)}`} />
                            <span class="name">
                                {name}
                                {isShared(name) && (
                                    <span class="hash">
                                        {" "}
                                        {id.slice(0, SHORT_ID)}
                                    </span>
                                )}
                            </span>
                            <span class="aside">
                                {failed > 0 &&
                                state !== "lost" &&
                                state !== "off"
                                    ? `${failed} failed`
                                    : state}
                            </span>
                        </a>
                    </li>
                ))}
            </ul>
        </nav>
    )
}

function boardLook(state: string): string {
    if (state === "running") return "good"
    if (state === "degraded") return "bad"
    return state === "lost" || state === "off" ? "off" : "warn"
}

function BoardPage({ state, view }: { state: BoardState; view: View }) {
    const passed = usePassed(state)
    const { id } = state
    const views = useRef<HTMLElement>(null)
    useEffect(() => {
        // there is no room for all of them on a phone
        views.current
            ?.querySelector("[aria-current]")
            ?.scrollIntoView({ block: "nearest" })
    }, [view])
    return (
        <>
            <BoardHead state={state} passed={passed} />
            <nav class="views" aria-label="Views" ref={views}>
                {Object.entries(VIEWS).map(([name, title]) => (
                    <a
                        key={name}
                        href={`#/${id}/${name}`}
                        aria-current={name === view ? "page" : undefined}
                    >
                        {title}
                    </a>
                ))}
            </nav>
            <div class={`view ${view}`}>
                {view === "tasks" && (
                    <>
                        <div class="column">
                            <Tasks state={state} passed={passed} />
                            <Log board={id} />
                        </div>
                        <div class="column">
                            <Dependencies tasks={state.tasks} />
                            <SomePlots
                                titles={["Log lines a second", "Lines queued"]}
                            />
                        </div>
                    </>
                )}
                {view === "log" && <Log board={id} />}
                {view === "syslog" && <Syslog state={state} />}
                {view === "plots" && <Plots />}
                {view === "flash" && <Flash board={id} />}
                {view === "settings" && <Settings board={id} />}
                {view === "config" && <Configuration board={id} />}
            </div>
        </>
    )
}

function BoardHead({ state, passed }: { state: BoardState; passed: number }) {
    const { id, info, isLost, simulator } = state
    return (
        <header class="board">
            <div class="headline">
                <h1>{info?.hostname ?? id}</h1>
                <span
                    class={`state ${isLost ? "off" : boardLook(info?.state ?? "")}`}
                    data-testid="board-state"
                >
                    {stateWord(state)}
                </span>
                {simulator && <span class="tag">simulated</span>}
                {info?.access === 1 && <span class="tag">read-only</span>}
            </div>
            {info && <BoardFacts state={state} info={info} passed={passed} />}
            <div class="controls">
                <LightAndSound />
                <BoardButtons state={state} />
            </div>
        </header>
    )
}

function stateWord({ info, isLost, simulator }: BoardState): string {
    if (simulator?.power === false) return "off"
    if (isLost) return "lost"
    if (info?.state === "maintenance") return "safe mode"
    return info?.state ?? "starting"
}

function BoardFacts(props: {
    state: BoardState
    info: NonNullable<BoardState["info"]>
    passed: number
}) {
    const { state, info, passed } = props
    const { id, config, isLost } = state
    const { uptime, boot, lastEnd, wall, version } = info
    return (
        <dl class="facts inline">
            <Fact term="Up">{isLost ? "–" : upText(uptime + passed)}</Fact>
            {boot !== undefined && boot > 0 && (
                <Fact term="Boot">
                    {boot}{" "}
                    {lastEnd && (
                        <span class="aside">
                            {LAST_ENDS[lastEnd] ?? `after ${lastEnd}`}
                        </span>
                    )}
                </Fact>
            )}
            <Fact term="Clock">
                {isLost ? (
                    "–"
                ) : wall === undefined ? (
                    "unknown"
                ) : (
                    <Clock wall={wall + passed} />
                )}
            </Fact>
            {version !== undefined && <Fact term="Firmware">{version}</Fact>}
            {config && (
                <Fact term="Configuration" testId="config-version">
                    {config.version} <span class="aside">{config.state}</span>
                </Fact>
            )}
            <Fact term="Device" look="hash">
                {id}
            </Fact>
        </dl>
    )
}

/** A board's clock, and how far it is from that of the browser, if it is so. */
function Clock({ wall }: { wall: number }) {
    const ahead = wall - Date.now()
    return (
        <>
            {wallTime(wall)}{" "}
            {Math.abs(ahead) >= CLOCK_TOLERANCE_MS && (
                <span class="aside">{aheadText(ahead)}</span>
            )}
        </>
    )
}

/** Whole seconds of an uptime in ms. */
function upText(uptime: number): string {
    return duration(Math.round(uptime / 1000) * 1000)
}

function Fact(props: {
    term: string
    children: ComponentChildren
    look?: string
    testId?: string
}) {
    const { term, children, look, testId } = props
    return (
        <div>
            <dt>{term}</dt>
            <dd class={look} data-testid={testId}>
                {children}
            </dd>
        </div>
    )
}

/** Ms since the state came, counted each second, so that times advance. */
function usePassed(state: BoardState): number {
    const { stateAt } = useStore()
    const [now, setNow] = useState(performance.now())
    useEffect(() => {
        const timer = setInterval(() => setNow(performance.now()), 1000)
        return () => clearInterval(timer)
    }, [])
    return state.isLost ? 0 : Math.max(0, now - stateAt)
}
