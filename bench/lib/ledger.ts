/** The records of one boot, by their sequenceId. */
interface Epoch {
    /** Records that arrived; one that arrived twice counts once. */
    came: Set<number>
    /** Records declared as dropped. */
    declared: Set<number>
    last: number
}

/** What the collector knows of all records. */
export interface Balance {
    delivered: number
    /** Records that came more than once. */
    repeated: number
    declared: number
    /** Records that the handler's burst limit and queue dropped, as it reported them. */
    refused: number
    /** Records that neither came nor were declared. */
    unexplained: number
}

const SEQUENCE = / sequenceId="(\d+)"/
const REFUSED = /log handler "syslog": (\d+) records dropped/
const GAP = /records dropped, sequenceId (\d+) to (\d+)/

/** Keeps account of sequenceIds at the collector: no record may be lost undeclared. */
export class Ledger {
    private readonly epochs: Epoch[] = []
    private repeated = 0
    private refused = 0

    /** The board started: its sequenceIds begin again. */
    boot(): void {
        this.epochs.push({ came: new Set(), declared: new Set(), last: 0 })
    }

    /** A message came. */
    take(line: string): void {
        const epoch = this.epochs.at(-1)
        const sequence = Number(SEQUENCE.exec(line)?.[1])
        if (!epoch || !sequence) return
        const gap = GAP.exec(line)
        if (gap) {
            const [first, last] = [Number(gap[1]), Number(gap[2])]
            for (let id = first; id <= last; ++id) epoch.declared.add(id)
            epoch.last = Math.max(epoch.last, last)
            return
        }
        if (epoch.came.has(sequence)) this.repeated++
        else this.refused += Number(REFUSED.exec(line)?.[1] ?? 0)
        epoch.came.add(sequence)
        epoch.last = Math.max(epoch.last, sequence)
    }

    balance(): Balance {
        const balance: Balance = {
            delivered: 0,
            repeated: this.repeated,
            declared: 0,
            refused: this.refused,
            unexplained: 0,
        }
        for (const { came, declared, last } of this.epochs) {
            balance.delivered += came.size
            for (let id = 1; id <= last; ++id)
                if (came.has(id)) continue
                else if (declared.has(id)) balance.declared++
                else balance.unexplained++
        }
        return balance
    }
}
