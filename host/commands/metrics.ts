import { type Command } from "commander"
import type { BoardOptions } from "./board.ts"
import { addBoardCommand, askAll, printJson, withBoards } from "./board.ts"
import { openMetrics, readMetrics } from "./open-metrics.ts"

/** Adds `fiberctl metrics`: figures of all boards on the bus for Prometheus. */
export function addMetricsCommand(program: Command): void {
    addBoardCommand(
        program,
        "metrics",
        "print the figures of all boards on the bus as OpenMetrics text",
        "metrics > /var/lib/node_exporter/fiberd.prom"
    ).action(async (options: BoardOptions) => {
        await withBoards(options, async targets => {
            const boards = await askAll(targets, ({ board }) =>
                readMetrics(board)
            )
            if (options.json) printJson(boards)
            else process.stdout.write(openMetrics(boards))
        })
    })
}
