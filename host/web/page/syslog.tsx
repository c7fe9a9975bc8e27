import type { HandlerInfo } from "../../client/types.ts"
import { levelName } from "../../levels.ts"
import type { BoardState } from "../protocol.ts"
import { SomePlots } from "./plots.tsx"

/** Where the log goes, each way with its account: syslog first. */
export function Syslog({ state }: { state: BoardState }) {
    const { handlers, simulator } = state
    const sorted = [...handlers].sort(
        (a, b) => Number(b.name === "syslog") - Number(a.name === "syslog")
    )
    return (
        <section aria-labelledby="syslog-title">
            <h2 id="syslog-title">Where the log goes</h2>
            {simulator?.collector !== undefined && (
                <p>
                    The simulator's collector is{" "}
                    <span
                        class={`state ${simulator.collector ? "good" : "bad"}`}
                    >
                        {simulator.collector ? "up" : "down"}
                    </span>
                    , {simulator.connections} connected.
                </p>
            )}
            <table class="handlers">
                <thead>
                    <tr>
                        <th scope="col">Handler</th>
                        <th scope="col">State</th>
                        <th scope="col">Level</th>
                        <th scope="col" class="number">
                            Received
                        </th>
                        <th scope="col" class="number">
                            Delivered
                        </th>
                        <th scope="col" class="number">
                            Queued
                        </th>
                        <th scope="col" class="number">
                            Dropped
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {sorted.map(handler => (
                        <HandlerRow key={handler.name} handler={handler} />
                    ))}
                </tbody>
            </table>
            <SomePlots
                titles={[
                    "Lines queued",
                    "Lines dropped since boot",
                    "Connections at the collector",
                ]}
            />
        </section>
    )
}

function HandlerRow({ handler }: { handler: HandlerInfo }) {
    const { name, level, state, error, account } = handler
    const { received, delivered, queued, dropped } = account
    return (
        <tr data-handler={name}>
            <th scope="row">{name}</th>
            <td>
                <span class={`state ${state === "running" ? "good" : "bad"}`}>
                    {state}
                </span>
                {error && <span class="aside">{error}</span>}
            </td>
            <td data-label="level">{levelName(level)}</td>
            <td data-label="received" class="number">
                {received}
            </td>
            <td data-label="delivered" class="number">
                {delivered}
            </td>
            <td data-label="queued" class="number">
                {queued}
            </td>
            <td
                data-label="dropped"
                class={dropped > 0 ? "number bad" : "number"}
            >
                {dropped}
            </td>
        </tr>
    )
}
