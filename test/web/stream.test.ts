// rows: A5
import assert from "node:assert/strict"
import test, { type TestContext } from "node:test"
import type { ConfigView, Line } from "../../host/web/protocol.ts"
import { Sessions } from "../../host/web/server/sessions.ts"
import { WebServer } from "../../host/web/server/web-server.ts"
import { cleanUp } from "../system/harness.ts"
import { LoudBoard } from "./loud-board.ts"

/** Longest wait for what a stream has to say, in ms. */
const TIMEOUT_MS = 60_000

/** An event of the stream. */
interface Event {
    id: string | undefined
    name: string
    data: unknown
}

/** A console that listens and has not found any board. */
async function startConsole(t: TestContext) {
    const sessions = new Sessions({})
    const server = new WebServer(sessions)
    await server.start(0)
    const boards: LoudBoard[] = []
    cleanUp(t, async () => {
        for (const board of boards) board.close()
        await server.close()
        await sessions.close()
    })
    return {
        url: server.url,
        add(board: LoudBoard) {
            boards.push(board)
            sessions.add(board)
        },
    }
}

/** The events of a page's stream; the end of the loop ends the connection. */
async function* events(
    url: string,
    board: string,
    lastId?: string
): AsyncGenerator<Event> {
    const headers: Record<string, string> =
        lastId === undefined ? {} : { "last-event-id": lastId }
    const { body } = await fetch(`${url}api/events?board=${board}`, {
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    let rest = ""
    for await (const part of body!.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + part).split("\n\n")
        rest = blocks.pop()!
        for (const block of blocks) {
            const field = (name: string) =>
                new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1]
            const name = field("event")
            if (name === undefined) continue
            const data: unknown = JSON.parse(field("data")!)
            yield { id: field("id"), name, data }
        }
    }
}

/** The events with lines until one has a text, and the id of the last of them. */
async function linesUntil(
    stream: AsyncGenerator<Event>,
    text: string
): Promise<{ names: string[]; messages: string[]; id: string }> {
    const names: string[] = []
    const messages: string[] = []
    for await (const { id, name, data } of stream) {
        if (name !== "reset" && name !== "lines") continue
        names.push(name)
        for (const { source, message } of data as Line[])
            if (source !== "mark") messages.push(message)
        if (messages.some(message => message.includes(text)))
            return { names, messages, id: id! }
    }
    throw new Error(`the stream ended without ${text}`)
}

test("a page that comes before its board follows it from then on", async t => {
    const web = await startConsole(t)
    const board = new LoudBoard(1)
    const stream = events(web.url, board.device)
    const first = await stream.next()
    assert.deepEqual(first.value?.data, [])
    web.add(board)
    board.log(3)
    const { names } = await linesUntil(stream, "line 2 of")
    assert.equal(names[0], "reset")
})

test("a page that comes back gets what it has not had, and all of another run", async t => {
    const board = new LoudBoard(1)
    const web = await startConsole(t)
    web.add(board)
    board.log(3)
    const had = await linesUntil(events(web.url, board.device), "line 2 of")
    board.log(1)
    const more = await linesUntil(
        events(web.url, board.device, had.id),
        "line 3 of"
    )
    assert.deepEqual(more, {
        names: ["lines"],
        messages: [`line 3 of ${board.device}`],
        id: more.id,
    })
    // the console is started again, and numbers the lines from 0
    const other = new LoudBoard(1)
    const later = await startConsole(t)
    later.add(other)
    other.log(1)
    const all = await linesUntil(
        events(later.url, other.device, more.id),
        "line 0 of"
    )
    assert.equal(all.names[0], "reset")
})

test("each reason of a configuration is remembered", async t => {
    const board = new LoudBoard(1)
    const web = await startConsole(t)
    web.add(board)
    const history = async (reason: string) => {
        board.config = async () => ({ version: 7, state: "refused", reason })
        const answer = await fetch(
            `${web.url}api/boards/${board.device}/config`
        )
        const { history } = (await answer.json()) as ConfigView
        return history.map(({ reason }) => reason)
    }
    await history("wrong signature")
    assert.deepEqual(await history("for another board"), [
        "for another board",
        "wrong signature",
    ])
})
