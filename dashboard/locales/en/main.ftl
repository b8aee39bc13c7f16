# Sunlake: the English interface. Keys are those of zh/main.ftl (a test compares them). A number beside a
# noun goes through COUNT, which knows what takes the singular (a test looks for those that do not).

## Frame
brand = Sunlake
brand-sub = Beihai village-service supervision
skip = Skip to the content
nav-label = Main navigation
nav-overview = Overview
nav-cards = Cards
nav-villages = Villages
nav-quality = Data quality
switch-label = Language and appearance
theme-light = Light
theme-dark = Dark
theme-auto = Auto
wire-on = Live
wire-off = Not live
wall-title = Wall
wall-stale = Stale
wall-age-seconds = last answer # s ago
wall-age-minutes = last answer # min ago
connection-lost = Connection lost: the page stands as of the time shown above; trying again.
filter-from = From
filter-to = to
filter-region = Region
filter-as-of = As of
day-before = ‹ day before
day-after = day after ›
filter-level = Card
filter-state = State
filter-q = Name
filter-apply = Filter
filter-reset = Clear
foot = Every figure is as known at
foot-versions = Versions of the tables that were read
basis-recent = Counted from the cases in motion
basis-cases = Counted from all cases
basis-records = Counted from all records
basis-marts = Counted from the sums of the months before { $until } and the cases in motion since
basis-lag = The sums are behind by { COUNT($n) ->
        [one] { $n } update
       *[other] { $n } updates
    }: counted from all cases
basis-moving = The sums are being updated: counted from all cases
all-regions = Whole city
all-levels = All
no-data = no data
yes = yes
no = no
few = fewer than 30, not ranked
csv = CSV export
xlsx = Export to Excel
print = Print all
print-back = Back to the page
print-how = Print this page with the browser (Ctrl+P): one table, its head repeated on each sheet.
columns = Choose columns
total = Total
sheet-about = About
about-table = Table
about-period = Period
about-issued = Issued
about-refused = Refused
about-ever = at any time
about-sort = Order
about-rows = Rows
about-metric = Metric { $id } (version of its definition)
about-made = Made at
about-address = Address
about-note = Note
search = Search
search-label = Case number, village or item
search-how = Looks for a case by its number or a part of it, a village by its name or code, an item by its name.
search-none = Nothing is found for “{ $q }”. Check the number, or write a part of it only; a view of the past does not show later cases.
search-found = Villages { $villages } · items { $items } · cases { $cases }
search-more = Of { $n } in all, { $shown } are listed; write more of the number for fewer.
as-table = Table
list-mark = {"; "}

lamp-villages = { $some } of { COUNT($all) ->
        [one] { $all } village
       *[other] { $all } villages
    } reported today · data { $age }
lamp-fresh = Reported today · data { $age }
lamp-stale = Nothing reported today · data { $age }
lamp-title = { COUNT($sources) ->
        [one] { $sources } source
       *[other] { $sources } sources
    }; the last complete report reaches { $watermark }
banner-demo = Demonstration data: all cases, people and figures are made up.
banner-simulated = Simulated clock: the time shown is not the real time and runs faster.
banner-past = This is what was known at { $at }; later records do not count.
banner-before = At { $at } nothing was known yet: choose a later time.
banner-back = Back to now
banner-no-news = No source has reported today, so today's figures are unknown (–); the last report reaches { $at }.

## Time
age-seconds = { $n } s ago
age-minutes = { $n } min ago
age-hours = { $n } h ago
age-days = { n-days } ago
due-today = due today { $time }
due-tomorrow = due tomorrow { $time }
due-in-days = { n-workdays } left · { $day } { $time }
due-on = due { $day } { $time }
left-hours = { $h } h { $m } min left
over-hours = { $h } h { $m } min over
over-no-day = overdue, no full working day yet
over-days = { n-workdays } over
over-since = overdue since { $day }
period-month = this month to { $last }
period-given = { $first } to { $last }
n-workdays = { COUNT($n) ->
        [one] { $n } working day
       *[other] { $n } working days
    }
n-hours = { COUNT($n) ->
        [one] { $n } hour
       *[other] { $n } hours
    }
n-days = { COUNT($n) ->
        [one] { $n } day
       *[other] { $n } days
    }

## Overview
strip-label = Figures of today and of the period
fig-received = Received today
fig-closed = Closed by day
fig-accepted-closed = Accepted / closed today
fig-open = Open
fig-open-of-these = near limit { $near } · overdue { $overdue }
fig-open-change = { $change } on 7 days ago
fig-supervised = Supervised by day
fig-due = Due and on time
fig-red = Red cards open
fig-yellow = Yellow cards open
fig-red-days = Cases with a net red card by day
fig-yellow-days = Cases with a net yellow card by day
fig-cards-today = { $n } issued today
fig-cards-unconfirmed = { $n } unconfirmed, not counted
fig-median = Median handling
fig-p90 = nine in ten within { n-workdays }
fig-early = Closed early
fig-no-news = nothing reported today
fig-week-change = { $change } on last { $weekday }, same time
fig-week-none = none last { $weekday } by this time
fig-n = n={ $n }
fig-n-few = n={ $n }, few
fig-before = before: { $value }
unit-cases = { COUNT($n) ->
        [one] case
       *[other] cases
    }
unit-cards = { COUNT($n) ->
        [one] card
       *[other] cards
    }
unit-workdays = { COUNT($n) ->
        [one] working day
       *[other] working days
    }
spark-label = { $name }, last { n-days }: from { $first } to { $last }
trend-title = Volume and card rates
trend-sub = last 90 days · net cards · per 1,000 supervised
trend-sub-volume = received, last 90 days
chart-volume = Received (cases a day)
chart-rates = Net cards per 1,000 supervised cases
chart-tip = { $day }: received { $volume } · yellow { $yellow } · red { $red }
chart-tip-volume = { $day }: received { $volume }
chart-trend-label = { COUNT($total) ->
        [one] { $total } case
       *[other] { $total } cases
    } received in { n-days }; below, net yellow and red cards per 1,000 by day; values in the table
chart-volume-label = { COUNT($total) ->
        [one] { $total } case
       *[other] { $total } cases
    } received in { n-days }; values in the table
chart-nothing = Nothing to draw
chart-measure = { $name } ({ $unit })
chart-value = value
tip-value = { $name }: { $value }
tip-n = { $name }: { $value } · n={ $n }
twin-of = Table: { $name }
box-key = box: P25 to P75; line in it: P50; whiskers: P10 to P90
funnel-overall = overall { $value }
funnel-95 = 95% limits
funnel-998 = 99.8% limits
funnel-inside = within the limits
funnel-near = beyond the 95% limits
funnel-above = above the 99.8% limits
funnel-below = below the 99.8% limits
funnel-verdict = against the limits
map-title = Net red card rate
map-sub = per 1,000 supervised cases · select to go down
map-islands = Islands
map-tip = { $name }: { $rate } ({ COUNT($part) ->
        [one] { $part } case
       *[other] { $part } cases
    } with a red card of { $whole } supervised)
queue-title = To be acted on
queue-sub = by due day
queue-all = All
queue-empty = No card asks for an act.
queue-unconfirmed = { COUNT($n) ->
        [one] { $n } more waits for its source and is not counted
       *[other] { $n } more wait for their source and are not counted
    }
villages-title = Villages
villages-sub = 95% interval · ranked from n=30
villages-all = All
villages-empty = No case has fallen due in this period yet.
villages-none = Nothing fits these filters.
villages-note = Due-and-on-time counts by due day, with its 95% Wilson interval; below n=30 there is no rank. Townships and counties are counted again from cases, never averaged.
villages-funnel = On-time rate against cases due
villages-funnel-sub = small numbers lie far apart by chance alone
villages-tiles = Net red cards per 1,000 supervised cases
villages-tiles-sub = a tile leads to what lies in it
sources-title = Sources
sources-sub = who reported, up to when
source-today = reported today
source-not-today = not today
incidents = Data incidents: { $n } ({ $which }) · { COUNT($cases) ->
        [one] { $cases } case, { $open } of them open, goes without cards
       *[other] { $cases } cases, { $open } of them open, go without cards
    }
table-counties = Table: counties
table-days = Table: day by day

## Columns
col-card = Card
col-state = State
col-case = Case
col-item = Item
col-county = County
col-township = Township
col-village = Village
col-village-code = Village code
col-village-name = Name of the village
col-rank = #
col-org = Responsible
col-org-code = Organization code
col-condition-at = Condition met
col-issued-at = Issued
col-ended-at = Ended
col-due-on = Due day
col-due-at = Due
col-left = Time
col-place = Place
col-received = Received
col-accepted = Accepted
col-closed = Closed
col-due = Due
col-due-on-time = On time
col-rate = On time
col-low = Interval, low
col-high = Interval, high
col-ranked = Ranked
col-interval = 95% interval
col-yellow = Net yellow
col-red = Net red
col-red-rate = Red per 1,000
col-median = Median (working days)
col-supervised = Supervised
col-early = Early
col-source = Source
col-watermark = Reaches
col-landed = Landed
col-quarantined = Quarantined
col-known = Known
col-batches = batches
col-day = Day
col-code = Code
col-counted = Counts as
col-why = Why
col-occurred = Occurred
col-recorded = Recorded
col-known-at = Known
col-event = Event
col-step = Step
col-object = About
col-object-id = Step or suspension
col-rows-in = Rows in
col-check = Check
col-open-rows = To be corrected
col-last-complete = Last complete batch
col-last-batch = Last landed
col-age = Age
col-batch-count = Batches
col-batch = Batch
col-rule = Rule
col-table = Table
col-mapping = Mapping
col-field = Field
col-file = File
col-line = Line
col-seen = Refused
col-last-seen = Last seen
col-region = Region
col-first-day = From
col-last-day = To
col-days = Days
col-workdays = Working days
col-missing-years = Years missing
col-version = Version
col-known-from = Announced
col-incident = Incident
col-year = Year
col-cases = Cases
col-open-cases = Open

## Cards and villages
cards-sub = what must be acted on, whose it is, how long is left
cards-note = Gross counts every card issued; net leaves out revoked and cancelled ones; open are net cards that were not superseded or lapsed and whose case (or step, or suspension) has not ended. Unconfirmed cards are in no count.
cards-empty = No card fits these filters.
objects-label = What the cards are about
unconfirmed-note = The instants of these cards lie after the last complete report of their source. They count once it reports past them, or vanish when it shows that what they are about ended in time.
page-of = Page { $page } of { $pages }
page-previous = Previous
page-next = Next
pages-label = Pages
level-label = Level
level-village = Villages
level-township = Townships
level-county = Counties
village-desk = { $village } village desk
village-gone = No edition of the regions has this village since { $day }.
village-successor = In the same township its name goes on as
village-cards = Cards to be acted on
village-days = Received by day

## Data quality
quality-sub = sources, quarantine, calendar, data incidents
verdict-good = These figures can be trusted
verdict-but = These figures stand with reservations
verdict-end = { $text }.
verdict-no-source = there is no source
verdict-fresh = sources that reported today: all { $all }
verdict-stale = of { COUNT($all) ->
        [one] { $all } source
       *[other] { $all } sources
    }, { $n } not reported today ({ $which })
verdict-no-rows = no quarantined row waits to be corrected
verdict-rows = quarantined rows that wait to be corrected: { $n }
verdict-calendar = the { $region } calendar reaches to { $year }
verdict-calendar-over = the { $region } calendar ends in { $year }, and weekdays answer beyond it
verdict-no-calendar = there is no { $region } calendar
verdict-no-incidents = no data incidents
verdict-incidents = data incidents: { $n }, by which { COUNT($cases) ->
        [one] { $cases } case goes without cards
       *[other] { $cases } cases go without cards
    }
name-mark = {", "}
colon = {": "}
quality-sources = By source
quality-sources-sub = the last complete batch; rows in = landed + quarantined + known
quality-sources-note = The account is kept by batch and moves with each correction. To be corrected are the rows in quarantine that nothing has resolved. The region does not filter this page, and the period filters quarantined rows alone.
quality-no-sources = No batch was known at the time asked for.
quality-landed-at = last landed
quality-no-complete = no complete batch
quality-total = All
sum-right = ✓ adds up
sum-wrong = ≠ off by { COUNT($n) ->
        [one] { $n } row
       *[other] { $n } rows
    }
quality-rules = Rule failures
quality-rules-sub = open quarantined rows by rule, table and mapping
quality-rules-note = A row may break several rules and counts for each; one that breaks a rule in several fields counts once.
quality-no-rules = No quarantined row waits to be corrected.
quality-calendar = Calendar coverage
quality-calendar-sub = up to which day each region's calendar is known
quality-calendar-note = Beyond these days weekdays answer, and limits that rest on that raise no card.
quality-no-calendar = There is no calendar.
calendar-own = cases are judged by it
calendar-gaps = { COUNT($n) ->
        [one] { $n } year missing
       *[other] { $n } years missing
    }
quality-incidents = Data incidents
quality-incidents-sub = what keeps cases from getting cards
quality-incidents-note = It is over when that year's calendar has landed.
quality-no-incidents = There are no data incidents.
quality-checks = Checks
quality-checks-sub = what has to hold: keys, references, instants, sums
quality-checks-at = as of { $at }
quality-checks-note = They look at all of the lake as it was then, whatever time or region this page shows. By hand: sunlake check.
checks-versions = Table versions: { $versions }
checks-none-yet = No check has been run since this server started; they begin a minute or so after states and cards were worked out.
checks-not-here = This server runs no checks; by hand: sunlake check.
check-passed = passed
check-failed = could not be run
check-rows = { COUNT($n) ->
        [one] { $n } row
       *[other] { $n } rows
    }
check-rows-at-least = { $n } or more rows
check-more = and more: see the CSV
col-check-id = Check
col-check-title = What has to hold
col-check-result = Result
col-check-at = Run as of
col-key = Key
col-detail = What is wrong
rows-title = Quarantined rows
rows-sub = newest first
rows-all = All
rows-empty = No quarantined row fits these filters.
rows-note = The list shows no text of the records; choose a line to see one, and to correct it where that can be done here.
rules-label = Rules
chip-drop = Drop this condition
whole-record = whole record
refusal-title = Line { $line }
refusal-open = To be corrected
refusal-closed = Resolved
refusal-source = source { $source }
refusal-mapping = mapping { $mapping }
refusal-batch = batch { $batch }
refusal-seen = refused { $at }
refusal-resolved = resolved { $at } by attempt { $attempt }
refusal-done = This record has landed or was known; nothing of it is open.
refusal-why = Why it was refused
desk-title = Original text and correction
desk-sub = the text comes from the encrypted vault, never into the lake
desk-raw = Original text
desk-visible = control characters:
desk-send = Correct and replay
desk-note = It is read again through the mapping of its batch; rows that pass land under that batch, others stay as they are, with the reason.
desk-closed = This server has no vault with its key, so it shows no original text and takes no corrections. On the machine that runs it, use the command line:
desk-past = This is a past time; go back to now to see the text and to correct it.
desk-no-text = The vault does not have this record: it has expired, or its mapping lets nothing be kept. Replay a corrected file on the command line:
desk-no-mapping = The batch landed through mapping { $mapping }, which this server's configuration does not have. Name its file on the command line:
desk-too-long = This record is too long to be corrected here; only its beginning is shown. Use the command line:
done-landed = Landed under its own batch (rows: { $n }); states and cards follow within seconds.
done-known = Known already, so not landed again (rows: { $n }).
done-refused = Refused again:
done-nothing = Nothing to do: this record is no longer open.

## Case
case-why = Why?
case-events = Raw events
case-org = responsible: { $org }
case-policy = policy { $policy } · calendar { $calendar }
case-source = source { $source }
case-deleted = taken back by its source, known since { $at }: in no count; below stands how it was then
case-cards-title = Cards
case-cards-none = No card, and none ahead.
days-title = Day by day
days-sub = the day of acceptance is not counted; each line says why
days-none = Not accepted yet: the clock has not started.
days-wait = Not accepted yet: the notice to correct of { $at } holds the clock until the file is complete (rule §4.1; Administrative Licensing Law art 32).
days-after-end = Ended
days-after-end-why = the clock has stopped (rule §4.8); the due date would have been reached so
days-cut-object-why = what follows is past the due date and changes nothing
day-would-be = Would be day { $k }
day-running = Time runs
day-after-cap = Past the approved length
day-start-object = First day, not counted
objects-title = Acceptance, suspensions, delivery, day by day
object-cap = until { $at }, next working day { $next }
stops-title = Suspensions
stop-cap = ends { $at } at the latest
stop-approved = approved { $limit }
stop-basis = basis: { $basis }
stop-nothing = nothing deducted: { $why } (rule §4.4, 4.5)
stop-moves-nothing = deducted, but moves nothing: { $why } (rule §4.5, 4.6)
stop-takes-time = office time from { $from } to { $until } not counted (rule §4.3)
stop-takes-days = takes out { n-days }: { $days } (rule §4.6)
stop-no-kind = no kind named
stop-CORRECTION = correction
stop-HEARING = hearing
stop-SITE_SURVEY = site survey
stop-EXPERT_REVIEW = expert review
stop-INSPECTION_TEST = inspection or test
stop-APPRAISAL = appraisal
stop-TENDER_AUCTION = tender or auction
stop-PUBLIC_NOTICE = public notice
stop-UPSTREAM_REVIEW = review by a higher level
stop-OTHER_STATUTORY = other statutory procedure
stop-NO_BASIS = no basis
stop-NO_LENGTH = no approved length
stop-NO_NOTICE = the applicant was not told
stop-KIND_NOT_ALLOWED = kind not allowed by the item
stop-ENDED_BEFORE = ended before it took effect
stop-CAP_PASSED = approved or told after its approved length was over
stop-NO_CLOCK = no limit is running
stop-EXPLICIT_DUE = the source's own due time is moved by no suspension
stop-BEFORE_START = over before acceptance
stop-AFTER_DUE = begins after the due date
stop-NO_WHOLE_DAY = covers no whole working day up to the due date
stop-NO_OFFICE_TIME = covers no office time up to the due time
law-accept = Administrative Licensing Law art 32, 82
law-stop = Administrative Licensing Law art 45
law-deliver = Administrative Licensing Law art 44, 82
law-workdays = Administrative Licensing Law art 82
point-mark = {", "}
calendar-unknown = no card: the calendar of { $year } is not known (rule §3)
item-unknown = item { $item } is not in the reference data: its limits, stops and steps are not known
mark-answered = answered { $time }
mark-delivered = delivered { $time }
mark-stop-end = suspension ended { $time }
mark-cap = last approved day
mark-next-workday = next working day: red if still open at 24:00
fact-basis = Laid down in
fact-basis-note = the item's own limit; otherwise Administrative Licensing Law art 42, 82 by analogy
fact-ended-in-time = ended in time { $at }
fact-ended-late = ended late { $at }
days-cut = … and so on to { $day }
days-cut-why = Past the due date, 30 days are listed one by one; the rest counts the same in “used”
facts-title = The clock of the promise
facts-sub = it raises the cards
reasons-title = Remarks of the clock
events-title = Raw events
events-sub = when it happened and when it was entered
event-unfolded = unfolded from a case row
event-deleted = taken back, known since { $at }
event-late = entered { $hours } h late
kind-INSTANT = instant item
kind-PROMISED = promised item
kind-JOINT = joint item
kind-ESCALATED = escalated item
kind-INQUIRY = inquiry
kind-HELP = call for help
kind-SUGGESTION = suggestion
kind-COMPLAINT = complaint
kind-REPORT = report
kind-CORRECTION = correction
day-start = Day of acceptance, not counted
day-counted = Day { $k }
day-off = Not worked
day-rolled = Rolled on
day-rolled-why = the last day is no working day, so the limit ends on the next (rule §4.3)
day-due = due
day-provisional = calendar not published, by the weekday for now
day-named = { $kind }: { $name }
day-NORMAL = working day
day-WEEKEND = weekend
day-HOLIDAY = holiday
day-ADJUSTED_WORKDAY = working day in exchange
day-REGIONAL_HOLIDAY = Guangxi holiday
day-excluded = Suspended, not counted
day-stops = stopped by { $stops }
day-start-step = First day of the step, not counted
day-start-office = First day, its office time counts
day-not-open = Step not open, not counted
days-sub-office = office time from the start on, that day included; each line says why
col-office = Office time (h:mm)
col-office-sum = Sum
office-counted = { $from }–{ $until } counts { $length }
office-stopped = { $from }–{ $until } stopped
office-over = { $from }–{ $until } over the limit
steps-title = Each step, day by day
step-limit = limit { $limit }
step-told = due time told by the source
step-no-limit = no limit
step-used = { n-workdays } used
step-used-open = { n-workdays } used by { $at }
step-due = due { $at }
mark-yellow = near the limit from { $time }
mark-due = due { $time }
mark-red = overdue from { $time }
mark-closed = closed { $time } { $result }
mark-reopened = reopened { $time }
mark-step-end = step ended { $time }
gantt-label = Time line of case { $case }, { n-days }; the table below explains each day
gantt-due = due { $at }
gantt-closed = closed { $at }
gantt-now = as of
row-waiting = Receipt to acceptance
row-limit = Time allowed
row-step = Step { $n }
row-handling = Handling
row-open = open
row-stopped = Not counted
fact-status = Status
fact-status-note = as of the time shown
fact-received = Received
fact-received-note = not the start
fact-started = Accepted
fact-started-note = the start: this day is day 0
fact-limit = Limit
fact-limits-note = promised { $promised } · statutory { $statutory }
fact-yellow = Near limit from
fact-yellow-note = used time reaches the yellow ratio (rule §3)
fact-due = Due
fact-due-note = the last instant in time, written 24:00 (rule { $rule })
fact-red = Overdue from
fact-red-note = the instant after the due time (rule §3)
fact-closed = Closed
fact-used-wd = Used (official)
fact-used-wd-note = working days, a begun day counts (rule §4.13)
fact-used-days = Used (measured)
fact-used-days-note = { $ratio } of the limit
fact-used-office = Office time
fact-used-office-note = since acceptance, for checking only
fact-holder = Held by
fact-holder-note = whoever acted last
fact-engine = Engine version
fact-engine-note = version of the counting rules
fact-started-deemed = nobody answered the receipt: deemed accepted from { $from } on
fact-statutory = Due by statute
fact-village = Due in the village
fact-stops = Not counted
fact-stops-note = whole days under suspension, see day by day (rule §4.4–4.7)
fact-stops-value = { n-days }
fact-extension-value = extended by { n-days }

## Codes
card-RED = Red
card-YELLOW = Yellow
card-REMINDER = Reminder
card-PREWARN = Early warning
shown-OPEN = Open
shown-UNCONFIRMED = Unconfirmed
shown-ENDED = Ended
shown-SUPERSEDED = Superseded
shown-LAPSED = Lapsed
shown-CANCELLED = Cancelled
shown-NET = Net
shown-GROSS = Gross
shown-ISSUED = Issued
shown-FORECAST = expected
county-450502 = Haicheng
county-450503 = Yinhai
county-450512 = Tieshangang
county-450521 = Hepu
status-EXCLUDED = Excluded
status-NO_LIMIT = No limit
status-NOT_STARTED = Not accepted
status-CLOSED_OVERDUE = Closed overdue
status-ENDED = Ended undecided
status-CLOSED_INSTANT = Closed on the spot
status-CLOSED_EARLY = Closed early
status-CLOSED_ON_TIME = Closed on time
status-OVERDUE_OPEN = Overdue, open
status-SUSPENDED = Suspended
status-NEAR_LIMIT = Near the limit
status-RUNNING = Running
basis-PROMISED = promised limit
basis-STATUTORY = statutory limit
basis-EXPLICIT = due time told by the source
basis-NO_LIMIT = no limit
basis-NOT_STARTED = not accepted
basis-VILLAGE = village limit
object-CASE = Case
object-STEP = Step
object-PRE_ACCEPTANCE = Acceptance
object-SUSPENSION = Suspension
object-DELIVERY = Delivery
object-ALL = All
incident-CALENDAR_UNKNOWN = calendar not known
start-ACCEPTED = the day of acceptance is day 0
start-CORRECTED = the day on which the file was complete is day 0
start-DEEMED = deemed accepted: the day of receipt is day 0
limit-WD = { n-workdays }
limit-CD = { COUNT($n) ->
        [one] { $n } natural day
       *[other] { $n } natural days
    }
limit-HOUR = { n-hours }
limit-MIN = { COUNT($n) ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
limit-MONTH = { COUNT($n) ->
        [one] { $n } month
       *[other] { $n } months
    }
result-GRANTED = granted
result-REFUSED = refused
result-WITHDRAWN = withdrawn
result-RETURNED = returned
result-CORRECTION_LAPSED = correction lapsed
result-VOIDED = voided
result-TRANSFERRED = transferred
event-APPLY = Application
event-RECEIVE = Receipt
event-CORRECTION_NOTICE = Correction asked
event-CORRECTION_COMPLETE = Correction complete
event-ACCEPT = Acceptance
event-NOT_ACCEPT = Not accepted
event-STEP_START = Step begun
event-STEP_END = Step ended
event-RETURN_STEP = Step returned
event-STOP = Suspension
event-RESUME = Resumption
event-EXTEND = Extension
event-TRANSFER = Handed on
event-DECIDE = Decision
event-CLOSE = Closing
event-WITHDRAW = Withdrawal
event-VOID = Voided
event-DELIVER = Delivery
event-REOPEN = Reopened
reason-SECOND_ACCEPT = a second acceptance; the first stays the start
reason-NOT_ACCEPT_AFTER_ACCEPT = refused acceptance after acceptance; ignored
reason-PROMISE_OVER_STATUTORY = the promise is longer than the statute, which decides
reason-DUE_MOVED = the source moved its due time; the first one stays
reason-DUE_DIFFERS = the source's due date differs from what the limit gives
reason-CLOSED_BEFORE_START = closed before acceptance
reason-CLOSED_WITHOUT_RESULT = closed without a result; counted as granted
reason-EVENT_AFTER_FINAL = an event after the end; ignored
reason-REOPEN_WITHOUT_CLOSE = reopened without a closing; ignored
reason-CALENDAR_PROVISIONAL = the due date rests on a calendar not published: no card
reason-LATE_ACCEPT = accepted after it was deemed accepted; the start stays
reason-DEEMED_ACCEPTED = nobody answered the receipt in time: deemed accepted
reason-LATE_NOT_ACCEPT = refused acceptance after it was deemed accepted: closed as refused
reason-REPEATED_CORRECTION = a second notice to correct
reason-CORRECTION_AFTER_START = a notice to correct after acceptance; it stops nothing
reason-COMPLETE_WITHOUT_NOTICE = completed without a notice to correct; ignored
reason-LATE_ENTRY = an event was entered too late and counts from its entry
reason-UNBASED_STOP = a suspension without basis, length or notice; not deducted
reason-STOP_KIND_NOT_ALLOWED = the item does not allow this kind of suspension; not deducted
reason-CORRECTION_STOP = suspended for corrections after acceptance
reason-STOP_OVERRUN = a suspension beyond its approved length
reason-RESUME_WITHOUT_STOP = resumed without a suspension; ignored
reason-LATE_EXTENSION = extended after the due time; ignored
reason-SECOND_EXTENSION = a second extension; ignored
reason-EXTENSION_CUT = an extension longer than allowed, cut
reason-EXTENSION_WITHOUT_DAYS = an extension without days; ignored
reason-EXTENSION_UNIT = a limit in hours cannot be extended by days
reason-CLOSED_WITHOUT_STEPS = decided without data of its steps
reason-STEP_NEVER_STARTED = a step ended that never started
reason-STEP_BEFORE_REGISTRATION = a step before the receipt
reason-CLOSED_BEFORE_STEP = closed before a step ended
reason-LIMIT_CUT = a limit or an approved length beyond some twenty years, cut
rule-missing = a value is missing
rule-not_a_time = not a time
rule-not_a_number = not a number
rule-not_a_flag = not yes or no
rule-out_of_range = out of range
rule-not_allowed = not an allowed value
rule-unknown_code = unknown code
rule-unknown_unit = unknown unit
rule-too_precise = too many decimals
rule-too_long = text too long
rule-control_character = control character
rule-id_checksum = ID number fails its check
rule-from_the_future = from the future
rule-contradicts = contradicts another row
rule-code_direction = rating counts the other way
rule-price_order = prices out of order
rule-not_steps = not written as steps
rule-limits = limits do not fit
rule-too_many_fields = too many fields
rule-too_few_fields = too few fields
rule-unclosed_quote = unclosed quote
rule-repeated_header = header once more
rule-not_json = not JSON
rule-repeated_name = repeated name
rule-encoding = not in its encoding
rule-not_read = type cannot be read
rule-excel_float = number spoilt by Excel
rule-error_cell = cell holds an error
rule-float_id = id became a decimal number

## Why a row was refused, by rule: the lake tells it in English itself
why-missing = { $reason }
why-not_a_time = { $reason }
why-not_a_number = { $reason }
why-not_a_flag = { $reason }
why-out_of_range = { $reason }
why-out_of_range-time = { $reason }
why-not_allowed = { $reason }
why-not_allowed-of = { $reason }
why-unknown_code = { $reason }
why-unknown_unit = { $reason }
why-too_precise = { $reason }
why-too_long = { $reason }
why-control_character = { $reason }
why-id_checksum = { $reason }
why-float_id = { $reason }
why-from_the_future = { $reason }
why-contradicts = { $reason }
why-code_direction = { $reason }
why-price_order = { $reason }
why-not_steps = { $reason }
why-limits = { $reason }
why-too_many_fields = { $reason }
why-too_few_fields = { $reason }
why-unclosed_quote = { $reason }
why-repeated_header = { $reason }
why-not_json = { $reason }
why-repeated_name = { $reason }
why-encoding = { $reason }
why-not_read = { $reason }
why-excel_float = { $reason }
why-error_cell = { $reason }

## Errors
error-value-title = A value in the address cannot be read
error-value-text = What came: { $value }
error-value-do = Correct the address, or choose again with the filters on the page.
error-case-title = There is no such case
error-case-text = Nothing is recorded under { $value } as of the time asked for.
error-case-do = Check the case number. A case that has just begun waits for its source to report; a view of the past does not show later cases.
error-village-title = There is no such village
error-village-text = The day's edition of the regions has no code { $value }.
error-village-do = Choose one from the list of villages.
error-row-title = There is no such quarantined row
error-row-text = No refused record has the id { $value } as of the time asked for.
error-row-do = Choose one from the quarantined rows of the data quality page; a batch that was withdrawn has none.
error-page-title = There is no such page
error-page-text = Nothing has the address { $value }.
error-page-do = Use the navigation above.
error-method-title = This can only be read
error-method-text = Pages take GET and HEAD.
error-method-do = Open the address in a browser.
error-foreign-title = The form was not sent by a page of this server
error-foreign-text = Nothing has been changed.
error-foreign-do = Open the row again on a page of this server and send it from there.
error-form-title = This form is no longer good
error-form-text = It was sent before, or is out of date, or not whole; nothing has been changed.
error-form-do = Open the row again: if it has been corrected, its page says so.
error-closed-title = Nothing can be corrected here
error-closed-text = This server has no vault with its key; nothing has been changed.
error-closed-do = On the machine that runs it, use the command line: sunlake quarantine --help
error-large-title = The form is too large
error-large-text = Nothing has been changed.
error-large-do = Correct it on the command line: sunlake quarantine show BATCH --csv, then sunlake quarantine replay BATCH --from FILE.
error-rows-title = Too many rows
error-rows-text = There are { $value } of them, and they do not fit here.
error-rows-do = Ask for fewer by region, period or state, or export CSV, which takes any number. At most 20,000 can be printed; a sheet of Excel takes 1,048,574.
error-ingest-title = The quarantined row could not be dealt with
error-ingest-text = The vault could not be read, or the replay was broken off; the record itself is not lost.
error-ingest-do = Open the row again and, if it is still open, send it once more: what has landed does not land twice. If it fails again, tell the administrator the trace number below.
error-empty-title = The lake is empty
error-empty-text = No batch has landed yet, so there is no figure to show.
error-empty-do = On the machine that runs this program, fill the lake from the command line, then reload this page:
error-server-title = The page could not be made
error-server-text = The server failed while working on it; no data has been changed.
error-server-do = Try again in a moment; if it fails again, tell the administrator the trace number below.
error-trace = Trace
empty-sample = Make and serve a demonstration lake:
empty-ingest = Take in files exported by a platform:
empty-help = See all commands:
expect-lang = lang is zh or en.
expect-theme = theme is light, dark or auto.
expect-from = from is a date between 1990 and 2200, such as 2018-09-01.
expect-to = to is a date between 1990 and 2200, such as 2018-09-30.
expect-from-to = from cannot lie after to.
expect-region = region is a region code of 4, 6, 9 or 12 digits, such as 450521.
expect-as_of = as_of is a date or an instant, such as 2018-09-13 or 2018-09-13T15:42.
expect-as_of-ahead = as_of cannot lie ahead of now.
expect-page = page is a whole number from 1.
expect-part = part is a part of the page; leave it out for the whole.
expect-level = level is one of the levels or cards (RED, YELLOW) that the page offers.
expect-state = state is OPEN, UNCONFIRMED, NET, GROSS, ENDED, SUPERSEDED, LAPSED or CANCELLED.
expect-object = object is case, step, pre_acceptance, suspension, delivery or all.
expect-sort = sort is a column of the table, such as rate, due or red.
expect-dir = dir is asc or desc.
expect-cols = cols names columns of the table between commas, such as name,due,rate.
expect-about = about is 0 or 1.
expect-print = print is 0 or 1.
expect-q = q is a case number, or the name of a village or an item, of at most 40 letters.

## Dictionary of metrics
nav-metrics = Metrics
metrics-sub = each number has one definition
metric-result = Result
metric-what = What it is, what it does not say, where it comes from
metric-columns = Columns
metric-column = Column
metric-meaning = Meaning
metric-unit = Unit
metric-grain = Grain
metric-key = Key
metric-params = Parameters
metric-by = By
metric-caveat = What it does not say
metric-source = Source
metric-version = Version of the definition
metric-used = Shown on
metric-unused = no page yet
metric-rows = Rows
metric-no-rows = This count is zero: there are no rows behind it.
told-title = Where it comes from: enough to ask the same again
told-metric = Metric
told-parameters = Parameters
told-as-of = As of
told-policies = Official policies
figures-sub = a count leads to its rows
figures-unnamed = not named by the source
figures-whole-city = This table is of the whole city: what it is told apart by does not lie in one place.
figures-empty = Nothing was recorded in the period, so there is nothing to count; zero would read 0.
figures-note = “–” cannot be computed (nothing to divide by, or not told by the source); it is not zero. Places go by the lower end of the 95% interval; fewer than 30 have none.
row-case_no = Case
row-bucket = Bucket
by-all = Everything
by-village = Village
by-township = Township
by-county = County
by-organization = Organization
by-item = Item
by-kind = Kind of case
by-channel = Channel
by-day = Day
by-month = Month
by-quarter = Quarter
by-year = Year
channel-1 = Counter
channel-2 = Online
channel-3 = Mobile
channel-9 = Other
uncomputed-NO_BASELINE = no baseline from before the reform
uncomputed-BASELINE_NOT_BEFORE_REFORM = the baseline is not from before the reform
uncomputed-NO_MINIMUM = no minimum of cases is set
uncomputed-NO_ITEM_ON_BOTH_SIDES = no item has enough cases on both sides
uncomputed-BASELINE_IS_ZERO = the baseline is zero
expect-by = by is one of the breakdowns of the metric, such as county, item or month.
expect-by-pieces = The period has too many pieces by that; ask for a shorter one, or for longer pieces.
expect-count = count is a column of the metric that has rows behind it, such as due_n.

## The public page
nav-sunshine = Open figures
sunshine-month = Village services in { $month }
sunshine-as-of = as of
sunshine-months = Months
sunshine-before = Month before
sunshine-after = Month after
sunshine-none = No month is published yet: a month is published at the end of the tenth day of the next.
sunshine-note = Numbers below 10 are withheld and read <10. Rates of fewer than 20 are withheld, and where one side is below 10 only its bound is told. Townships, counties and the city add up what is shown of their villages, so they are lower than all there was.
sunshine-level = Level
sunshine-level-city = City
sunshine-level-county = County
sunshine-level-township = Township
sunshine-level-village = Village
sunshine-received = Received
sunshine-decided = Decided
sunshine-due = Due
sunshine-on-time = Closed on time
sunshine-rated = Ratings
sunshine-satisfied = Satisfied
expect-month = month is a month such as 2018-08.

## Departments, items, savings, market, feedback, disclosure
nav-organizations = Departments
nav-items = Items
nav-savings = Savings
nav-market = Market
nav-feedback = Feedback
nav-disclosure = Disclosure
desk-note-time = Time is told by the clock of the limits, suspensions taken out. “50%” has three meanings that must not be mixed: promised against the law (M07), actual against the law (M08), against before the reform (M09). Which step takes it is told on the page of each case.
desk-note-savings = An estimate: cases decided in the period that the village took in, without a recorded visit beyond it, times the parameter. Cases whose visits are not known are not counted.
desk-note-market = Deals count when the buyer, both or the platform confirm them; those that the seller alone confirms stand apart and in no total.
desk-note-feedback = An automatic reply is no answer; solved is what the author has confirmed.
desk-note-disclosure = An obligation is an item of the catalogue × a village × a period; “Missing” and “Taken down early” lead to which.
desk-org-time = Time by department
desk-org-due = Due and closed on time, by department
desk-org-answers = Acceptance, corrections and refusals, by department
desk-item-limits = Limits and time by item
desk-item-due = Due and closed on time, by item
desk-item-volume = Volume and what is unusual, by item
desk-item-all = All items: cuts, instant, visits, online
desk-saved = Estimated saving by place
desk-saved-months = Estimated saving by month
desk-deals = Listings with a deal
desk-sell-through = Sell-through
desk-value = Value of deals and year on year
desk-value-months = Value of deals by month
desk-unsold = Unsold goods
desk-parcels = Parcels on time
desk-answers = First response
desk-solved = Solved
desk-content = Content, in time, opened again
desk-answers-offices = First response by department
desk-answers-months = Messages by month
desk-published = Publication rate
desk-published-on-time = Published on time
desk-published-whole = Complete and on view
desk-power-lists = Complete lists of powers
desk-published-months = Publication by month
saved-estimate = With other parameters
saved-sub = the parameters are in the address; the cases that count stay the same
saved-yuan = yuan
saved-hours = hours
saved-trips = trips
parameter-per_case = Yuan saved a case
parameter-hours = Hours saved a case
parameter-trips = Trips saved a case
claims-title = Published claims and the records
claims-sub = claims of the report of 2018-09-13, never used as computed figures
claims-rule = C3: near the limit a yellow card, over it a red one. This is a rule, by which the cards are issued, and no number.
claim-id = Claim
claim-text = What was published
claim-metric = Figure beside it
claim-records = What the records say
claim-claimed = Claimed
claim-note = What the figure is of
claim-C1 = 428 villages are covered, with one agent each
claim-C2 = 72 powers a village in 14 areas, each with a flowchart
claim-C4 = Handling time of the items is cut by half on average
claim-C5 = 200 yuan a person and case; over 3,100 cases and 620,000 yuan a village and year (one is the product of the others)
claim-C6 = Sales of vegetables and melons grew by 26.3% (one association, not the city)
claim-C7 = Results are published by template, all and not selected
claim-note-claim_villages-M25 = the region edition of the day
claim-note-claim_items-M11 = items in force at the end of the period
claim-note-power_list_powers-M25 = villages with these in 14 areas
claim-note-power_list_areas-M25 = those with all flowcharts
claim-note-claim_time_cut-M07 = first meaning: promised against the statute
claim-note-claim_time_cut-M08 = second meaning: used against the statute
claim-note-claim_time_cut-M09 = third meaning, that of the report
claim-note-saving_per_case = a parameter of M31; no record measures it
claim-note-claim_cases_per_village-M01 = of all villages
claim-note-claim_saved_per_village-M31 = an estimate, all villages
claim-note-claim_sales_growth-M28 = all sellers; the claim is of one association
claim-note-claim_policies = stand in policy_item; no metric counts them
claim-note-claim_disclosed_share-M22 = obligations due in the period
expect-per_case = per_case is a number from 0 to 100000.
expect-hours = hours is a number from 0 to 100000.
expect-trips = trips is a number from 0 to 100000.
