import type { Command } from "commander"
import { example } from "./example.ts"

/** Adds `fiberctl boards`: what boards there are, and where LED and buzzer are wired. */
export function addBoardsCommand(program: Command): void {
    program
        .command("boards")
        .description("list the boards, their pins and known limits")
        .option("--json", "print one JSON array")
        .addHelpText("after", example("boards --json"))
        .action(async ({ json }: { json?: boolean }) => {
            const { BOARDS } = await import("../boards/index.ts")
            if (json) return console.log(JSON.stringify(BOARDS))
            const rows = BOARDS.map(board => [
                board.id,
                board.chip.name,
                `LED GPIO${board.led}, buzzer GPIO${board.buzzer}`,
                `heap ${board.chip.heapKB} KB`,
                `${board.name}; ${board.notes}`,
            ])
            for (const row of rows)
                console.log(
                    row
                        .map((cell, i) =>
                            i < row.length - 1
                                ? cell.padEnd(width(rows, i))
                                : cell
                        )
                        .join("  ")
                )
        })
}

function width(rows: string[][], column: number): number {
    return Math.max(...rows.map(row => row[column].length))
}
