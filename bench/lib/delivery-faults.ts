import type { LoadResult } from "./load-run.ts"

/** Faults of a run apart from its times, one line each: panics, wrong accounts, lost lines. */
export function deliveryFaults(result: LoadResult): string[] {
    const { panics, error, balance, accounts, produced } = result
    const wrong: string[] = []
    if (panics.length) wrong.push(`panics: ${panics.join(", ")}`)
    if (error) wrong.push(error)
    for (const [name, account] of Object.entries(accounts)) {
        const { received, delivered, queued, dropped } = account
        if (received !== delivered + queued + dropped)
            wrong.push(`account of ${name}: ${JSON.stringify(account)}`)
    }
    const told = balance.declared + balance.refused
    if (accounts.syslog && accounts.syslog.dropped !== told)
        wrong.push(
            `${told} dropped records declared, ${accounts.syslog.dropped} in the account`
        )
    if (balance.delivered + told < produced)
        wrong.push(`${produced} lines logged, ${balance.delivered} came`)
    if (balance.unexplained)
        wrong.push(`${balance.unexplained} records are unexplained`)
    return wrong
}
