// A firmware of all parts with as many tasks as a board may have, and a handler of its own.
import { startBoard } from "../../../boards"
import { firmware, log, tasks } from "../../../src/firmware"
import { MAX_TASKS } from "../../../src/tasks"

await firmware(startBoard)
log.addHandler("own", {
    emit: record => console.log("own handler: " + record.message),
})
for (let i = tasks.names().length; i < MAX_TASKS; ++i)
    tasks.add("worker" + i, task => task.log.info("works"), {
        every: 60000,
        restart: "on-failure",
        requires: ["network"],
        // more at the same time need more heap than all parts leave
        autostart: i < 24,
    })
console.log("all added")
