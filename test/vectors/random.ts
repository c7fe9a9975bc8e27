/** Numbers from a seed, the same in the VM and in Node: the minimal standard generator. */
export class Random {
    private state: number

    /** @param seed 1 or more */
    constructor(seed: number) {
        this.state = seed
    }

    /** From 0 to below 1. */
    next(): number {
        return this.step() / 0x7fffffff
    }

    /** From 0 to below `limit`. */
    below(limit: number): number {
        return this.step() % limit
    }

    /** Whether something of this probability, in percent, is so. */
    happens(percent: number): boolean {
        return this.below(100) < percent
    }

    pick<T>(items: readonly T[]): T {
        return items[this.below(items.length)]!
    }

    private step(): number {
        this.state = (this.state * 48271) % 0x7fffffff
        return this.state
    }
}
