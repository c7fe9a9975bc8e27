import { CutBoard, noCuts } from "./powercut.ts"

/** Boards at a time. */
const BOARDS = 2
/** Flash logs of a board, in turn; `npm run test:powercut -- 3` tries three only. */
const LOGS = process.argv[2] ? [Number(process.argv[2])] : [1, 2, 3]
/** Cuts in the recovery after each first cut: after these writes of the next runs. */
const RECOVERY_CUTS = [1, 2]

const counts = noCuts()

/** Cuts after every write of the first run in turn, until the program ends before the cut. */
async function campaign(logs: number): Promise<void> {
    let nextWrite = 1
    let finished = false
    const work = async () => {
        while (!finished) {
            const write = nextWrite++
            const board = new CutBoard(counts, logs, write)
            try {
                if (!(await board.run())) finished = true
                else for (const cut of RECOVERY_CUTS) await board.run(cut)
                await board.run()
            } finally {
                await board.close()
            }
            report(logs, write)
        }
    }
    await Promise.all(Array.from({ length: BOARDS }, work))
}

function report(logs: number, write: number): void {
    const { cuts, lines, lost, faults } = counts
    console.log(
        `${logs} logs, write ${write}: ${cuts} cuts tried, ${lines} lines checked, ` +
            `${lost} lines lost, ${faults.length} faults`
    )
}

for (const logs of LOGS) await campaign(logs)
for (const fault of counts.faults) console.error(fault)
process.exitCode = counts.lost || counts.faults.length ? 1 : 0
