// Loaded before a program that must not outlive the one that started it over an IPC channel, even after kill -9:
// the system then closes the channel, and the program ends as after SIGTERM.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
