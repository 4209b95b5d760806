"""The times of a DocumentEntry. # ITI TF-3 4.2.3.2.6, 4.2.3.2.19, 4.2.3.2.20"""

from metadata.model import DocumentEntry
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, Marks, On, mark, rule
from metadata.rules.case import Case


@rule(
    id="de.creationTime.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.6",
    en="creationTime {got} is not a DTM: write YYYY[MM[DD[hh[mm[ss]]]]], UTC, a day that exists",
    fr="creationTime {got} n'est pas un DTM : écrire AAAA[MM[JJ[hh[mm[ss]]]]], en UTC, un jour qui existe",
    on=On.ENTRY,
)
def creation_time_format(entry: DocumentEntry, _case: Case) -> Marks:
    return _dtm("creationTime", entry.creation_time)


@rule(
    id="de.serviceStartTime.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.19",
    en="serviceStartTime {got} is not a DTM: write YYYY[MM[DD[hh[mm[ss]]]]], UTC, a day that exists",
    fr="serviceStartTime {got} n'est pas un DTM : écrire AAAA[MM[JJ[hh[mm[ss]]]]], en UTC, un jour qui existe",
    on=On.ENTRY,
)
def service_start_time_format(entry: DocumentEntry, _case: Case) -> Marks:
    return _dtm("serviceStartTime", entry.service_start_time)


@rule(
    id="de.serviceStopTime.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.20",
    en="serviceStopTime {got} is not a DTM: write YYYY[MM[DD[hh[mm[ss]]]]], UTC, a day that exists",
    fr="serviceStopTime {got} n'est pas un DTM : écrire AAAA[MM[JJ[hh[mm[ss]]]]], en UTC, un jour qui existe",
    on=On.ENTRY,
)
def service_stop_time_format(entry: DocumentEntry, _case: Case) -> Marks:
    return _dtm("serviceStopTime", entry.service_stop_time)


@rule(
    id="de.serviceTime.order",
    level=MUST,
    code=METADATA,
    spec="ITI TF-2 3.42.4.1.3.3.6",
    en="serviceStopTime {got} lies before serviceStartTime {start}",
    fr="serviceStopTime {got} précède serviceStartTime {start}",
    on=On.ENTRY,
)
def service_time_order(entry: DocumentEntry, _case: Case) -> Marks:
    start, stop = entry.service_start_time, entry.service_stop_time
    if not start or not stop:
        return NONE
    shared = min(len(start), len(stop))
    first, last = forms.dtm_start(start), forms.dtm_start(stop)
    # A coarser time names a period: 20240305 as stop is not before 202403051015 as start.
    if first is None or last is None or first <= last or start[:shared] == stop[:shared]:
        return NONE
    return mark("/Slot[@name='serviceStopTime']", got=stop, start=start)


def _dtm(name: str, value: str | None) -> Marks:
    return NONE if not value or forms.dtm_start(value) is not None else mark(f"/Slot[@name='{name}']", got=value)
