/* global connect, print, process, sleep */
// Runs beside each mongod until the replica set is as declared: REPLICAS members, the pods of the
// StatefulSet $APP-depl, and (where MONGO_ROOT_PASSWORD is set) their users. Every step looks
// before it acts, so any member may run it, at any time, again.

const { APP, HOSTNAME, REPLICAS, MONGO_DATABASE, MONGO_PASSWORD, MONGO_ROOT_PASSWORD } = process.env;
const HOSTS = Array.from(
  { length: Number(REPLICAS) },
  (_, i) => `${APP}-depl-${i}.${APP}-srv:27017`,
);
const UNKNOWN_USER = 11;
const AUTHENTICATION_FAILED = 18;

const admin = (host) =>
  connect(`mongodb://${host}/admin?directConnection=true&serverSelectionTimeoutMS=3000`);

// Only the first pod starts a set, and only when all others say that they are in none: a first
// pod that lost its volume is taken back by the others instead of starting a second set.
function initiate(local) {
  if (!HOSTNAME.endsWith("-0")) throw new Error("waiting for the first member's invitation");
  for (const host of HOSTS.slice(1)) {
    if (admin(host).hello().setName) throw new Error(`waiting to be taken back by ${host}`);
  }
  const members = HOSTS.map((host, _id) => ({ _id, host }));
  local.adminCommand({ replSetInitiate: { _id: "rs0", members } });
}

// The first user is made over localhost, which mongod allows while there is none.
function signIn(local) {
  try {
    local.auth("root", MONGO_ROOT_PASSWORD);
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
    local.createUser({ user: "root", pwd: MONGO_ROOT_PASSWORD, roles: ["root"] });
    local.auth("root", MONGO_ROOT_PASSWORD);
  }
}

// The service's user, which can read and write its own database and nothing else.
function ensureUser(local) {
  const user = { pwd: MONGO_PASSWORD, roles: [{ role: "readWrite", db: MONGO_DATABASE }] };
  const database = local.getSiblingDB(MONGO_DATABASE);
  try {
    database.updateUser(MONGO_DATABASE, user);
  } catch (error) {
    if (error.code !== UNKNOWN_USER) throw error;
    database.createUser({ user: MONGO_DATABASE, ...user });
  }
}

// One member at a time, as a reconfiguration may add only one voter.
function addMissing(local) {
  const { config } = local.adminCommand({ replSetGetConfig: 1 });
  const missing = HOSTS.find((host) => !config.members.some((member) => member.host === host));
  if (!missing) return;
  const _id = 1 + Math.max(...config.members.map((member) => member._id));
  config.members.push({ _id, host: missing });
  config.version += 1;
  local.adminCommand({ replSetReconfig: config });
}

// True once this member takes part in the whole set and lets the service in. Until then it goes on
// looking, so whichever member is primary in the end has made the user.
function settled() {
  const local = admin("127.0.0.1:27017");
  const hello = local.hello();
  if (!hello.setName) initiate(local);
  if (hello.isWritablePrimary) {
    if (MONGO_ROOT_PASSWORD) {
      signIn(local);
      ensureUser(local);
    }
    addMissing(local);
  }
  if (!hello.isWritablePrimary && !hello.secondary) return false;
  if (!HOSTS.every((host) => hello.hosts.includes(host))) return false;
  if (MONGO_PASSWORD) {
    admin("127.0.0.1:27017").getSiblingDB(MONGO_DATABASE).auth(MONGO_DATABASE, MONGO_PASSWORD);
  }
  return true;
}

for (;;) {
  try {
    if (settled()) break;
  } catch (error) {
    print(error.message);
  }
  sleep(2000);
}
print(`${HOSTNAME} is a member of rs0: ${HOSTS}`);
