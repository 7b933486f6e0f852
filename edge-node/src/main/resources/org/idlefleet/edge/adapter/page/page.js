'use strict';
const $ = id => document.getElementById(id);
const el = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
  };
  const response = await fetch(path, {...options, cache: 'no-store', credentials: 'same-origin'});
  if (response.status === 401) throw new Error('this page is no longer open: run ‘idlefleet edge page’ again');
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || 'the node answered ' + response.status);
  return answer;
}

/** Replaces what an element holds only if it differs, so that focus, selection and readers are left alone. */
function fill(parent, children) {
  const next = el('div');
  next.append(...children);
  const same = parent.childNodes.length === next.childNodes.length
      && [...parent.childNodes].every((node, i) => node.isEqualNode(next.childNodes[i]));
  if (!same) parent.replaceChildren(...next.childNodes);
}
function say(element, text) { if (element.textContent !== text) element.textContent = text; }

// ---- figures in words ----
const dateTime = new Intl.DateTimeFormat(undefined, {weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'});
const time = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit'});
function when(iso) { return dateTime.format(new Date(iso)); }
function until(iso) {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? time.format(date) : dateTime.format(date);
}
function duration(millis) {
  const minutes = Math.round(millis / 60000);
  if (millis < 60000) return Math.round(millis / 1000) + ' s';
  if (minutes < 60) return minutes + ' min';
  return Math.floor(minutes / 60) + ' h ' + String(minutes % 60).padStart(2, '0') + ' min';
}
function hours(millis) { return (millis / 3.6e6).toFixed(millis < 3.6e7 ? 2 : 1) + ' h'; }
function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  while (count >= 1000 && i < units.length - 1) { count /= 1000; i++; }
  return (i === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)) + ' ' + units[i];
}
function money(micros, currency) {
  const value = micros / 1e6;
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
  return new Intl.NumberFormat(undefined, {style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits}).format(value);
}
function credits(micros) { return (micros / 1e6).toFixed(micros !== 0 && Math.abs(micros) < 1e5 ? 6 : 2); }
const whole = new Intl.NumberFormat();
function energy(sum) {
  if (sum.unmeteredMillis > 0 && sum.energyMillijoules === 0) return 'unknown';
  const mark = sum.unmeteredMillis > 0 ? '> ' : sum.estimatedMillijoules > 0 ? '≈ ' : '';
  const kwh = sum.energyMillijoules / 3.6e9;
  return mark + (kwh > 0 && kwh < 1 ? (1000 * kwh).toFixed(kwh < 0.01 ? 2 : 0) + ' Wh' : kwh.toFixed(2) + ' kWh');
}

// ---- state ----
const TITLES = {
  computing: 'Computing', ready: 'Ready, waiting for work', offline: 'Ready, but not connected', closed: 'Not computing',
  paused: 'Paused', finishing: 'Finishing', stopping: 'Shutting down',
};
function showStatus(status) {
  const hero = $('hero');
  hero.className = 'card hero ' + status.activity;
  say($('state'), TITLES[status.activity] || status.activity);
  let reason = status.activity === 'closed' ? plain(status.sentence) + '.' : status.sentence;
  if (status.activity === 'paused') {
    reason = status.pausedUntil ? 'You paused it until ' + until(status.pausedUntil) + '.' : 'You paused it until you resume it.';
  } else if (status.ownerMode === 'pause') {
    reason += ' (You said pause.)';
  }
  say($('reason'), reason);
  const warm = status.models.filter(model => model.stage === 'warm').map(model => model.model);
  const loading = status.models.filter(model => model.stage !== 'warm').map(model => model.model + ' is ' + model.stage + (model.reason ? ' (' + model.reason + ')' : ''));
  const doing = [];
  if (status.computing > 0) doing.push('Computing ' + status.computing + (status.computing === 1 ? ' shard' : ' shards') + ' (' + status.held.slice(0, status.computing).join(', ') + ')');
  if (status.held.length > status.computing) doing.push(status.held.length - status.computing + ' waiting');
  if (warm.length) doing.push('models ready: ' + warm.join(', '));
  if (loading.length && status.gate === 'open') doing.push(loading.join(', '));
  doing.push(status.link === 'connected' ? 'connected to ' + status.coordinator : status.link);
  if (status.software.sentence) doing.push(status.software.sentence);
  say($('doing'), doing.join(' · '));
  say($('who'), status.node + ' · owner ' + status.owner);
  document.title = (TITLES[status.activity] || 'Node') + ' · Idlefleet';

  $('resume').disabled = status.ownerMode === 'run';
  $('finish').disabled = status.ownerMode === 'finish';
  fill($('rules'), status.rules.map(rule => {
    const item = el('li');
    item.append(el('span', 'verdict ' + (rule.holds ? 'yes' : 'no'), rule.holds ? '✓ holds' : '✗ no'));
    item.append(el('span', 'name', RULES[rule.rule] || rule.rule.replaceAll('_', ' ').replace(/^./, c => c.toUpperCase())));
    item.append(el('span', 'value', rule.text));
    return item;
  }));
  showAccount(status);
  showPromises(status.ledger);
}

/** The coordinator's receipts: signed promises of payments, each with a deadline. */
function showPromises(ledger) {
  const {kept, open, dropped, overdue, broken, oldest, lastBroken} = ledger.receipts;
  const rows = [
    ['Bookings with a receipt', whole.format(kept + open + dropped + broken)],
    ['Proven by the ledger', whole.format(kept)],
    ['Not proven yet', whole.format(open) + (overdue > 0 ? ', ' + whole.format(overdue) + ' overdue' : '')],
    ['Promises broken', whole.format(broken)],
  ];
  if (dropped > 0) rows.splice(3, 0, ['Let go of unproven', whole.format(dropped) + ': more was promised than is kept']);
  if (oldest) {
    const late = Date.now() - new Date(oldest.deadline).getTime();
    rows.splice(3, 0, ['Oldest open promise', credits(oldest.micros) + ' credits, due ' + until(oldest.deadline)
        + (late > 0 ? ', ' + duration(late) + ' ago' : '') + ' (' + oldest.payment + ')']);
  }
  fill($('promises'), rows.flatMap(([name, value]) => [el('dt', '', name), el('dd', '', value)]));
  const wrongs = [];
  if (ledger.fault) wrongs.push('The ledger contradicts what this node has seen: ' + plain(ledger.fault) + '. The node takes no work for it.');
  if (broken > 0) wrongs.push('The coordinator broke ' + (broken === 1 ? 'a promise' : whole.format(broken) + ' promises') + ' to you. '
      + (lastBroken ? capital(lastBroken.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, when)) + '. ' : '') + 'The node keeps the proof; ‘idlefleet edge ledger’ shows all.');
  say($('broken'), wrongs.join(' '));
  say($('promised'), kept + open + broken === 0
    ? 'None since the node started. A receipt comes some seconds after each result that is accepted.'
    : overdue > 0 && broken === 0
      ? 'A deadline has passed without proof. A busy coordinator may answer later; the node asks again with each heartbeat.'
      : 'Counted since the node started; open and broken ones are kept over a restart. Sixteen at a time, drawn by lot, have to be proven.');
}

const OUTVOTES_SHOWN = 3;

/** What the coordinator thinks of the owner, each figure with the counts behind it. */
function standing(known, connected) {
  if (!known) return [['Standing', 'the coordinator has not told']];
  const words = {warm_up: 'new: everything is checked', good: 'good', probation: 'on probation: everything is checked', convicted: 'convicted: no work until an appeal succeeds'};
  const rows = [[connected ? 'Standing' : 'Standing when the link ended', (words[known.state] || known.state) + (known.trusted ? ', trusted' : '')
      + (known.since ? ', since ' + when(known.since) : '')
      + (known.probationUntil ? ', until ' + when(known.probationUntil) : '')]];
  const h = known.honesty, a = known.availability, v = known.speed;
  if (h) rows.push(['Honesty', whole.format(h.agreed) + ' of ' + whole.format(h.checked) + ' checked results agreed, ' + h.inconclusive + ' could not be judged, ' + h.outvoted + ' outvoted; ' + whole.format(h.results) + ' results in all']);
  if (h) rows.push(['Known answers', whole.format(h.ringersPassed || 0) + ' passed, ' + (h.ringersFailed || 0) + ' failed']);
  if (h) rows.push(['Drawn for an audit', whole.format(h.drawn || 0) + ' results: ' + whole.format(h.drawnAudited || 0) + ' audited, ' + (h.drawnOpen || 0) + ' open, ' + (h.drawnUnaudited || 0) + ' done by nobody']);
  const down = (h && h.outvotes) || [];
  const more = down.length - OUTVOTES_SHOWN;
  if (down.length) rows.push(['Outvoted', down.slice(-OUTVOTES_SHOWN).reverse().map(o => o.job + ', shard ' + o.shard + ', ' + when(o.at) + ', computed on ' + o.node).join('; ')
      + (more > 0 ? '; ‘idlefleet edge standing’ shows ' + more + ' more' : '')]);
  if (a) rows.push(['Availability', Math.round(100 * a.share) + ' %: ' + whole.format(a.answered) + ' answered, ' + a.released + ' handed back, ' + a.lost + ' lost, ' + a.refused + ' refused']);
  if (v) rows.push(['Speed', v.takenSeconds > 0 ? v.againstExpectation.toFixed(2) + ' times as fast as expected' : 'not measured yet']);
  return rows;
}
function showAccount(status) {
  const rows = [
    ['Payable (credits)', credits(status.earnings.payableMicros)],
    ['In escrow until it is final', credits(status.earnings.escrowMicros)],
  ];
  rows.push(...standing(status.standing, status.link === 'connected'));
  const shards = status.shards;
  rows.push(['Shards since the start', shards.finished + ' finished, ' + shards.released + ' handed back, ' + shards.refused + ' refused, ' + shards.lost + ' lost']);
  rows.push(['Computes as', status.numericClass]);
  for (const reason of status.providersNotUsed) rows.push(['Not used', reason]);
  rows.push(['Certificate ends', when(status.certificateEnds) + ', renews itself']);
  fill($('account'), rows.flatMap(([name, value]) => [el('dt', '', name), el('dd', '', value)]));
}

// ---- diary ----
let shownSessions = 8;
let lastDiary = null;
function showDiary(diary) {
  lastDiary = diary;
  const sums = ['today', '7 days', '30 days'].map(name => diary.periods[name]);
  const m = key => sum => money(sum[key], diary.currency);
  const rows = [
    ['Computing', sum => hours(sum.computeMillis), ''],
    ['Parked and willing', sum => hours(sum.parkMillis), 'sub'],
    ['Energy', energy, ''],
    ['Data moved', sum => bytes(sum.sentBytes + sum.receivedBytes), ''],
    ['Shards done', sum => whole.format(sum.shards), 'sub'],
    ['Earned', m('earnedMicros'), ''],
    ['− Electricity', m('electricityMicros'), 'sub'],
    ['− Wear', m('wearMicros'), 'sub'],
    ['= Net', m('netMicros'), 'net'],
  ];
  fill($('sums').tBodies[0], rows.map(([name, text, kind]) => {
    const row = el('tr', kind);
    const head = el('th', '', name);
    head.scope = 'row';
    row.append(head, ...sums.map(sum => el('td', kind === 'net' && sum.netMicros < 0 ? 'minus' : '', text(sum))));
    return row;
  }));
  const month = diary.periods['30 days'];
  const notes = [];
  if (month.unmeteredMillis > 0) notes.push('No sensor tells the energy of ' + duration(month.unmeteredMillis) + '. Say with costs.watts what the device draws while it computes.');
  if (month.estimatedMillijoules > 0) notes.push('≈ estimated from the watts that you configured, not measured.');
  if (month.energyMillijoules > 0 && month.electricityMicros === 0) notes.push('Electricity counts as free: say below, under “Price of electricity”, what it costs you.');
  if (month.computeMillis > 0 && month.wearMicros === 0) notes.push('Wear counts as nothing: say with costs.wearPerHour what an hour of computing is worth to you.');
  notes.push('Earned is the growth of your account; if you run several nodes, it is that of all. Days are those of ' + diary.zone + '.');
  fill($('notes'), notes.map(note => el('li', '', note)));
  showSessions(diary);
}
function showSessions(diary) {
  const sessions = diary.sessions.slice(0, shownSessions);
  $('more').hidden = diary.sessions.length <= shownSessions;
  fill($('sessions'), sessions.length === 0 ? [el('li', 'muted', 'None yet. One begins as soon as all your rules hold.')] : sessions.map(session => {
    const item = el('li');
    const end = session.reason ? ' – ' + (session.end.slice(0, 10) === session.start.slice(0, 10) ? time.format(new Date(session.end)) : when(session.end)) : ' – now';
    item.append(el('span', 'when', when(session.start) + end));
    item.append(el('span', 'why', session.reason ? 'Ended: ' + plain(session.reason) : 'Still going on'));
    item.append(el('span', 'took', [
      duration(session.computeMillis) + ' computing', energy(session), whole.format(session.shards) + (session.shards === 1 ? ' shard' : ' shards'),
      money(session.electricityMicros + session.wearMicros, diary.currency) + ' cost',
    ].join(' · ')));
    return item;
  }));
}

// ---- rules editor ----
let fields = [];
const inputs = {};
function valueOf(key) {
  const input = inputs[key];
  return input.type === 'checkbox' ? String(input.checked) : input.value.trim();
}
const capital = text => text.replace(/^./, c => c.toUpperCase());
function makeField(field) {
  const box = el('div', 'field' + (field.kind === 'flag' ? ' check' : ''));
  let input;
  if (field.kind === 'switch') {
    input = el('select');
    for (const [value, words] of [['auto', 'automatic: if the device tells'], ['on', 'on'], ['off', 'off']]) {
      const option = el('option', '', words);
      option.value = value;
      input.append(option);
    }
    input.value = field.value;
  } else if (field.kind === 'spans' || field.kind === 'prices') {
    input = el('textarea');
    input.value = field.value;
  } else {
    input = el('input');
    input.type = field.kind === 'flag' ? 'checkbox' : 'text';
    if (field.kind === 'flag') input.checked = field.value === 'true';
    else input.value = field.value;
    if (field.kind === 'number') input.inputMode = 'decimal';
  }
  input.id = 'rule-' + field.key;
  input.name = field.key;
  input.setAttribute('aria-describedby', input.id + '-help ' + input.id + '-problem');
  inputs[field.key] = input;
  const name = el('label', '', capital(field.meaning) + (field.unit ? ' (' + field.unit + ')' : ''));
  name.htmlFor = input.id;
  const problem = el('p', 'problem');
  problem.id = input.id + '-problem';
  const words = [HINTS[field.kind] || ''];
  if (field.value !== field.otherwise) words.push('The configuration file says ' + (field.otherwise || 'nothing') + '.');
  const hint = el('p', 'help', words.filter(Boolean).join(' '));
  hint.id = input.id + '-help';
  if (field.kind === 'flag') box.append(input, name, hint, problem);
  else box.append(name, input, hint, problem);
  return box;
}
async function loadRules() {
  fields = (await ask('/api/rules')).fields;
  const known = new Map(fields.map(field => [field.key, field]));
  const groups = GROUPS.map(([name, keys]) => [name, keys.filter(key => known.has(key))]);
  const rest = fields.map(field => field.key).filter(key => !GROUPS.some(([, keys]) => keys.includes(key)));
  if (rest.length) groups.splice(-1, 0, ['More', rest]);
  $('fields').replaceChildren(...groups.filter(([, keys]) => keys.length).map(([name, keys]) => {
    const set = el('fieldset');
    const [often, seldom] = [keys.filter(key => !/Settle$/.test(key)), keys.filter(key => /Settle$/.test(key))];
    set.append(el('legend', '', name), ...often.map(key => makeField(known.get(key))));
    if (seldom.length) {
      const more = el('details');
      more.append(el('summary', '', 'How long it must hold'), ...seldom.map(key => makeField(known.get(key))));
      set.append(more);
    }
    return set;
  }));
  await check();
}
function values() { return Object.fromEntries(fields.map(field => [field.key, valueOf(field.key)])); }
function markChanges() {
  const changed = fields.filter(field => valueOf(field.key) !== field.value.trim());
  for (const field of fields) inputs[field.key].parentElement.classList.toggle('changed', changed.includes(field));
  $('undo').disabled = changed.length === 0;
  return changed.length > 0;
}
function showProblems(problems) {
  for (const field of fields) {
    const text = problems[field.key] || '';
    say($('rule-' + field.key + '-problem'), text.replace(/^'rules\.[A-Za-z]+' /, 'It '));
    inputs[field.key].setAttribute('aria-invalid', text !== '');
    const hidden = inputs[field.key].closest('details');
    if (hidden && text) hidden.open = true;
  }
  say($('said'), problems[''] || '');
  return Object.keys(problems).length;
}
/** What the linter says of the rules as they stand in the form. */
function preview(answer) {
  const lines = [];
  if (answer.recordedSeconds > 0) {
    lines.push('With these rules it would have run ' + hours(answer.openSeconds * 1000) + ' of the ' + hours(answer.recordedSeconds * 1000) + ' that were recorded last.');
    const closed = answer.rules.filter(rule => rule.closedSeconds >= 36).sort((a, b) => b.closedSeconds - a.closedSeconds).slice(0, 3);
    if (closed.length) lines.push('Most in the way: ' + closed.map(rule => (RULES[rule.rule] || rule.rule) + ' for ' + hours(rule.closedSeconds * 1000)).join(', ') + '.');
  } else if (answer.recordedSeconds === 0) lines.push('Nothing is recorded yet.');
  for (const warning of answer.warnings || []) lines.push('Mind: ' + (RULES[warning.rule] || warning.rule) + ': ' + warning.text);
  return lines.join('\n');
}
let checking = 0;
async function check() {
  const mine = ++checking;
  say($('saved'), '');
  const changed = markChanges();
  try {
    const answer = await ask('/api/rules/check', {values: values()});
    if (mine !== checking) return;
    const wrong = showProblems(answer.problems);
    say($('preview'), preview(answer));
    $('save').disabled = !changed || wrong > 0;
  } catch (error) { say($('said'), error.message); }
}
let pause = 0;
$('form').addEventListener('input', () => { clearTimeout(pause); pause = setTimeout(check, 250); });
$('form').addEventListener('submit', async event => {
  event.preventDefault();
  $('save').disabled = true;
  try {
    const answer = await ask('/api/rules', {values: values()});
    if (showProblems(answer.problems) === 0) {
      await loadRules();
      say($('saved'), 'Saved, and in use.');
    }
  } catch (error) { say($('said'), error.message); }
  refresh();
});
$('undo').addEventListener('click', loadRules);
$('week').addEventListener('click', async () => {
  const mine = ++checking;
  clearTimeout(pause);
  $('week').disabled = true;
  try {
    const answer = await ask('/api/rules/week', {values: values()});
    if (mine === checking && showProblems(answer.problems) === 0) say($('preview'), preview(answer));
  } catch (error) { say($('said'), error.message); }
  $('week').disabled = false;
});

// ---- keeping up ----
for (const button of document.querySelectorAll('button[data-mode]')) {
  button.addEventListener('click', async () => {
    const wish = {mode: button.dataset.mode};
    if (button.dataset.minutes) wish.minutes = Number(button.dataset.minutes);
    if (button.dataset.until) wish.until = button.dataset.until;
    try {
      showStatus(await ask('/api/mode', wish));
      say($('said'), '');
      setTimeout(refresh, 700);
    } catch (error) { say($('said'), error.message); }
  });
}
$('more').addEventListener('click', () => { shownSessions += 20; showSessions(lastDiary); });

async function refresh() {
  try {
    showStatus(await ask('/api/status'));
    say($('live'), 'Live');
    $('live').className = 'live';
  } catch (error) {
    say($('live'), 'The node does not answer: ' + error.message);
    $('live').className = 'live lost';
  }
}
async function refreshSlowly() {
  try {
    showDiary(await ask('/api/diary'));
    const log = $('log');
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    say(log, (await ask('/api/log')).join('\n'));
    if (atEnd) log.scrollTop = log.scrollHeight;
  } catch { /* refresh() says so */ }
}
function whileSeen(work, millis) { setInterval(() => { if (!document.hidden) work(); }, millis); }
document.addEventListener('visibilitychange', () => { if (!document.hidden) { refresh(); refreshSlowly(); } });
whileSeen(refresh, 2000);
whileSeen(refreshSlowly, 10000);
Promise.all([refresh(), refreshSlowly(), loadRules()]).then(() => { document.body.dataset.ready = 'yes'; })
    .catch(error => say($('said'), error.message));
