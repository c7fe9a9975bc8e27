import type { HandlerAccount, HandlerInfo } from "../../client/types.ts"
import { levelName } from "../../levels.ts"
import { count } from "../../words.ts"
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
            {sorted
                .filter(({ account }) => account.connected !== undefined)
                .map(({ name, account }) => (
                    <LinkFacts key={name} name={name} account={account} />
                ))}
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
                    "Connected",
                    "Lines queued",
                    "Lines in the window",
                    "Lines dropped since boot",
                    "Connections at the collector",
                ]}
            />
        </section>
    )
}

/** The connection of a handler, its window, and what the collector knows to be lost. */
function LinkFacts(props: { name: string; account: HandlerAccount }) {
    const { name, account } = props
    const { target, connected, connects = 0, sent = 0, queued } = account
    const { queuedBytes = 0, resent = 0, dropped, declared = 0 } = account
    return (
        <dl class="facts" data-testid={`link-${name}`}>
            <dt>Connection</dt>
            <dd>
                <span class={`state ${connected ? "good" : "bad"}`}>
                    {connected ? "connected" : "not connected"}
                </span>{" "}
                to <span class="hash">{target}</span>,{" "}
                {count(connects, "connection")} since boot
            </dd>
            <dt>Queue</dt>
            <dd>
                {count(queued - sent, "line")} to be sent, {queuedBytes} bytes
            </dd>
            <dt>Window</dt>
            <dd>
                {count(sent, "line")} sent and not acknowledged, {resent} sent
                again
            </dd>
            <dt>Lost</dt>
            <dd>
                {count(dropped, "line")} dropped, {count(declared, "gap")}{" "}
                declared to the collector
            </dd>
        </dl>
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
                </span>{" "}
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
