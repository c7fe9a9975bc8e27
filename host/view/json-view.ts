import { printLive } from "../output.ts"
import { printableJson } from "../printable.ts"
import type { LogRecord } from "../record.ts"
import type { SimEvent } from "../sim/index.ts"
import type { Account } from "./account.ts"
import type { Filter } from "./filter.ts"
import type { View } from "./view.ts"

/** The view for programs: a JSON object a line. */
export class JsonView implements View {
    private readonly filter: Filter
    private readonly account: Account
    private readonly name: string | undefined

    /** @param name hostname of the board, where there are several */
    constructor(filter: Filter, account: Account, name?: string) {
        this.filter = filter
        this.account = account
        this.name = name
    }

    show(event: SimEvent, record: LogRecord | undefined, line: string): void {
        if (!this.filter(event, record)) return
        const { event: name, at, sincePowerOn, ...data } = event
        const summary = name === "end" ? { summary: this.account.get() } : {}
        printLive(
            printableJson({
                ...(this.name !== undefined && { hostname: this.name }),
                event: name,
                at,
                wall: new Date().toISOString(),
                sincePowerOn,
                ...data,
                ...(name === "console" && { text: line }),
                ...(name === "syslog" && { line }),
                ...record,
                ...summary,
            })
        )
    }

    note(): void {
        // a program wants events
    }

    file(): void {
        // the "flash" event says that something was written
    }

    close(): void {
        // the "end" event has the summary
    }
}
