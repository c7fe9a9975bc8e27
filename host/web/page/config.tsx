import { useRef, useState } from "preact/hooks"
import type { ConfigView } from "../protocol.ts"
import { act } from "./ask.ts"
import { attempt } from "./notices.tsx"
import { useAnswer } from "./use-answer.ts"

const ASK_MS = 2000

/** The configuration that is delivered over the air: its state, a push, what was seen before. */
export function Configuration({ board }: { board: string }) {
    const { value, problem } = useAnswer<ConfigView>(board, "config", ASK_MS)
    const file = useRef<HTMLInputElement>(null)
    const [isBusy, setBusy] = useState(false)
    const push = async () => {
        const chosen = file.current?.files?.[0]
        if (!chosen) return
        setBusy(true)
        await attempt(async () => {
            const bytes = new Uint8Array(await chosen.arrayBuffer())
            await act(board, "push", {
                file: btoa(String.fromCharCode(...bytes)),
            })
        }, `${chosen.name} is active`)
        setBusy(false)
    }
    return (
        <section aria-labelledby="config-title">
            <h2 id="config-title">Configuration</h2>
            {problem && !value && <p class="empty">{problem}</p>}
            {value && (
                <dl class="facts" data-testid="config">
                    <dt>Version</dt>
                    <dd>{value.now.version}</dd>
                    <dt>State</dt>
                    <dd>
                        <span class={`state ${look(value.now.state)}`}>
                            {value.now.state}
                        </span>
                    </dd>
                    {value.now.reason && (
                        <>
                            <dt>Reason</dt>
                            <dd>{value.now.reason}</dd>
                        </>
                    )}
                    <dt>Hash</dt>
                    <dd class="hash">{value.now.hash || "none"}</dd>
                </dl>
            )}
            {value && (
                <form
                    class="push"
                    onSubmit={event => {
                        event.preventDefault()
                        void push()
                    }}
                >
                    <label>
                        Signed file
                        <input ref={file} type="file" required />
                    </label>
                    <button disabled={isBusy}>
                        {isBusy ? "waiting for the verdict …" : "Push"}
                    </button>
                </form>
            )}
            {value && value.history.length > 0 && (
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
                        {value.history.map(
                            ({ at, version, state, hash, reason }) => (
                                <tr key={`${at} ${state}`}>
                                    <td>
                                        {new Date(at)
                                            .toTimeString()
                                            .slice(0, 8)}
                                    </td>
                                    <td data-label="version" class="number">
                                        {version}
                                    </td>
                                    <td>
                                        <span class={`state ${look(state)}`}>
                                            {state}
                                        </span>
                                    </td>
                                    <td class="hash">{hash.slice(0, 12)}</td>
                                    <td>{reason}</td>
                                </tr>
                            )
                        )}
                    </tbody>
                </table>
            )}
        </section>
    )
}

function look(state: string): string {
    if (state === "active") return "good"
    if (state === "refused" || state === "rolled-back") return "bad"
    return state === "none" ? "off" : "warn"
}
