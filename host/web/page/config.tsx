import { useRef, useState } from "preact/hooks"
import type { ConfigView } from "../protocol.ts"
import { act } from "./ask.ts"
import { attempt } from "./notices.tsx"
import { useAnswer } from "./use-answer.ts"

const ASK_MS = 2000
/** Longest signed file that a board takes, in bytes. */
const MAX_FILE_BYTES = 6000

/** The configuration that is delivered over the air: its state, a push, what was seen before. */
export function Configuration({ board }: { board: string }) {
    const { value, problem } = useAnswer<ConfigView>(board, "config", ASK_MS)
    return (
        <section aria-labelledby="config-title">
            <h2 id="config-title">Configuration</h2>
            {problem && !value && <p class="empty">{problem}</p>}
            {value && (
                <>
                    <Version now={value.now} />
                    <Push board={board} />
                    <History history={value.history} />
                </>
            )}
        </section>
    )
}

function Version({ now }: { now: ConfigView["now"] }) {
    const { version, state, reason, hash } = now
    return (
        <dl class="facts" data-testid="config">
            <dt>Version</dt>
            <dd>{version}</dd>
            <dt>State</dt>
            <dd>
                <State state={state} />
            </dd>
            {reason && (
                <>
                    <dt>Reason</dt>
                    <dd>{reason}</dd>
                </>
            )}
            <dt>Hash</dt>
            <dd class="hash">{hash || "none"}</dd>
        </dl>
    )
}

/** Brings a signed file to the board, and waits for the verdict. */
function Push({ board }: { board: string }) {
    const input = useRef<HTMLInputElement>(null)
    const [isBusy, setBusy] = useState(false)
    const push = async () => {
        const file = input.current?.files?.[0]
        if (!file || isBusy) return
        setBusy(true)
        await attempt(async () => {
            const { name, size } = file
            // whatever is chosen by mistake would be read into memory
            if (size > MAX_FILE_BYTES)
                throw new Error(
                    `"${name}": has ${size} bytes, at most ${MAX_FILE_BYTES} are taken`
                )
            await act(board, "push", { name, file: await base64Of(file) })
        }, `${file.name} is active`)
        setBusy(false)
    }
    return (
        <form
            class="push"
            onSubmit={event => {
                event.preventDefault()
                void push()
            }}
        >
            <label>
                Signed file
                <input ref={input} type="file" required />
            </label>
            {/* `disabled` would take the focus away */}
            <button aria-disabled={isBusy}>
                {isBusy ? "waiting for the verdict …" : "Push"}
            </button>
        </form>
    )
}

async function base64Of(file: File): Promise<string> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""))
}

function History({ history }: { history: ConfigView["history"] }) {
    if (history.length === 0) return null
    return (
        <table class="history">
            <caption>Seen since the console runs</caption>
            <thead>
                <tr>
                    <th scope="col">Time</th>
                    <th scope="col" class="number">
                        Version
                    </th>
                    <th scope="col">State</th>
                    <th scope="col">Hash</th>
                    <th scope="col">Reason</th>
                </tr>
            </thead>
            <tbody>
                {history.map(({ at, version, state, hash, reason }) => (
                    <tr key={`${at} ${state}`}>
                        <td>{new Date(at).toTimeString().slice(0, 8)}</td>
                        <td data-label="version" class="number">
                            {version}
                        </td>
                        <td>
                            <State state={state} />
                        </td>
                        <td class="hash">{hash.slice(0, 12)}</td>
                        <td>{reason}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    )
}

function State({ state }: { state: string }) {
    return <span class={`state ${look(state)}`}>{state}</span>
}

function look(state: string): string {
    if (state === "active") return "good"
    if (state === "refused" || state === "rolled-back") return "bad"
    return state === "none" ? "off" : "warn"
}
