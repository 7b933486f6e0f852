'use strict';
// The sections of the editor: a title, and the keys that belong to it. What is not named here stands under "More".
const GROUPS = [
  ['Parked', ['parked', 'speedMax', 'speedResume', 'parkedSettle']],
  ['Power', ['power', 'onBattery', 'batteryFloor', 'batteryResume', 'batteryDrain', 'discharging', 'powerSettle']],
  ['Hours', ['hours', 'zone']],
  ['Price of electricity', ['tariff', 'price', 'priceMax', 'priceResume', 'priceSettle']],
  ['Quiet hours', ['quietHours', 'quietFanMax', 'quietFanResume', 'quietSettle']],
  ['Temperature of the device', ['temperature', 'temperatureMax', 'temperatureResume', 'temperatureSettle']],
  ['Temperature of the battery', ['batteryTemperature', 'batteryTemperatureMax', 'batteryTemperatureResume', 'batteryTemperatureSettle']],
  ['Temperature of the cabin', ['cabinTemperature', 'cabinTemperatureMax', 'cabinTemperatureResume', 'cabinTemperatureSettle']],
  ['Small battery', ['lowVoltage', 'lowVoltageMin', 'lowVoltageResume', 'lowVoltageSettle']],
  ['Other programs', ['otherLoad', 'otherLoadMax', 'otherLoadResume', 'otherLoadSettle']],
  ['Waiting', ['pressure', 'pressureMax', 'pressureResume', 'pressureSettle']],
  ['A day at most', ['energyPerDay', 'dataPerDay', 'loadPerDay']],
  ['People', ['userIdle', 'userIdleFor', 'userIdleSettle', 'lid', 'lidSettle']],
  ['Network, place, switch', ['metered', 'meteredSettle', 'home', 'homeSettle', 'allowed', 'allowedSettle']],
  ['Fine print', ['awake', 'awakeSettle', 'settle', 'stale', 'staleSafety']],
];
const HINTS = {
  time: 'Such as 30s, 5m or 2h.', settle: 'Such as 30s or 5m. Empty: as in the fine print.', zone: 'Such as Europe/Berlin.',
  spans: 'One span a line, such as 22:00-06:00 or Sat-Sun 08:00-20:00.',
  prices: 'One span with its price a line, such as 00:00-00:00 0.32 and then 22:00-06:00 0.19.',
};

/** What the rules are called that the gate reports. */
const RULES = {
  owner: 'Your word', parked: 'Parked', power: 'Power', temperature: 'Temperature', battery_temperature: 'Battery temperature',
  cabin_temperature: 'Cabin temperature', low_voltage: 'Small battery', other_load: 'Other programs', pressure: 'Waiting',
  user_idle: 'Nobody uses it', awake: 'Staying awake', lid: 'Lid', metered: 'Network', home: 'At home', allowed: 'Your switch', price: 'Price of electricity', quiet: 'Quiet hours', hours: 'Hours',
  energy_today: 'Energy today', data_today: 'Data today', load_today: 'Hours today',
};

/** A sentence in a car owner's words for what a rule says of itself; its own words if there is none. */
function plain(text) {
  const words = [
    [/vehicle\.gear_park is no/, 'the car is not in park'],
    [/vehicle\.ignition is yes/, 'the ignition is on'],
    [/vehicle\.occupied is yes/, 'somebody sits in the car'],
    [/vehicle\.door_open is yes/, 'a door is open'],
    [/vehicle\.speed is ([\d.]+ km\/h)/, 'the car moves ($1)'],
    [/power\.mains is no/, 'it is not plugged in'],
    [/power\.discharging is yes/, 'the battery is being drained'],
    [/power\.battery is ([\d.]+ %).*?needs? ([^,;]*)/, 'the battery is at $1, it needs $2'],
    [/power\.battery is ([\d.]+ %)/, 'the battery is at $1'],
    [/temperature\.device is ([\d.-]+ °C)/, 'the device is hot ($1)'],
    [/temperature\.battery is ([\d.-]+ °C)/, 'the battery is hot ($1)'],
    [/temperature\.cabin is ([\d.-]+ °C)/, 'the cabin is at $1'],
    [/load\.other is ([\d.]+ %)/, 'other programs need the processors ($1)'],
    [/user\.idle is/, 'somebody uses the device'],
    [/device\.sleeping is yes/, 'the device is about to sleep or to be switched off'],
    [/device\.lid_closed is yes/, 'the lid is shut'],
    [/network\.metered is yes/, 'the network is paid for by volume'],
    [/owner\.paused is yes/, 'you paused it'],
    [/power\.low_voltage is ([\d.]+ V)/, 'the small battery is at $1'],
    [/power\.price is ([\d.-]+)/, 'electricity costs $1'],
    [/today\.energy is ([\d.]+ kWh)/, 'it used $1 today, as much as you allow'],
    [/today\.data is ([\d.]+ \w+)/, 'it moved $1 today, as much as you allow'],
    [/today\.load is ([\d.]+ h)/, 'it computed for $1 today, as long as you allow'],
    [/place\.home is no/, 'the device is not at home'],
    [/owner\.allowed is no/, 'your switch says no'],
    [/outside the hours until (.*)/, 'it is outside of your hours until $1'],
  ];
  const sentences = [];
  for (const part of String(text).split(/; | and (?=[a-z]+\.[a-z])/)) {
    const body = part.replace(/^[a-z_A-Z]+: /, '');
    const counts = body.match(/counts in ([\d.]+ s)/);
    const unknown = body.match(/([a-z]+\.[a-z_]+) is unknown|no source tells ([a-z]+\.[a-z_]+)|([a-z]+\.[a-z_]+) is [^(]*, stale/);
    const known = words.find(([pattern]) => pattern.test(body));
    if (counts) sentences.push('all is well and counts in ' + counts[1]);
    else if (unknown) sentences.push('there is no fresh word on ' + (unknown[1] || unknown[2] || unknown[3]));
    else if (known) sentences.push(body.match(known[0])[0].replace(known[0], known[1]));
    else sentences.push(body);
  }
  const all = [...new Set(sentences)].join('; ');
  return all.charAt(0).toUpperCase() + all.slice(1);
}
