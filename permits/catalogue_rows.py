"""The rows of the national catalogue that every installation begins with.

Only what concerns all industries: article 7 and row 108 ("other industries") and the general
processes. The rows of single industries are entered by the bureau from the catalogue's text.
"""

LEGAL_BASIS = "《固定污染源排污许可分类管理名录（2019年版）》"
UNCHECKED = "数值待按名录原文核对"
ART_7 = LEGAL_BASIS + "第七条"
ROWS_109_112 = LEGAL_BASIS + "第109至112类"

# row, scope, class, measure, pollutant, threshold, inclusive, unit, Chinese, English, basis, note
CATALOGUE = (
    (108, "OTHER", "KEY", "FACT", None, None, True, "",
     "被列入重点排污单位名录的", "on the list of key discharging units", ART_7, ""),
    (108, "OTHER", "KEY", "POLLUTANT", "SO2", "250", False, "",
     "二氧化硫年排放量大于250吨的", "sulphur dioxide above 250 t a year", ART_7, ""),
    (108, "OTHER", "KEY", "POLLUTANT", "NOX", "250", False, "",
     "氮氧化物年排放量大于250吨的", "nitrogen oxides above 250 t a year", ART_7, ""),
    (108, "OTHER", "KEY", "POLLUTANT", "COD", "30", False, "",
     "化学需氧量年排放量大于30吨的", "COD above 30 t a year", ART_7, UNCHECKED),
    (108, "OTHER", "KEY", "POLLUTANT", "TN", "10", False, "",
     "总氮年排放量大于10吨的", "total nitrogen above 10 t a year", ART_7, UNCHECKED),
    (108, "OTHER", "KEY", "POLLUTANT", "TP", "0.5", False, "",
     "总磷年排放量大于0.5吨的", "total phosphorus above 0.5 t a year", ART_7, UNCHECKED),
    (109, "PROCESS", "SIMPLIFIED", "FIGURE", None, "20", True, "t/h",
     "锅炉单台或者合计出力20吨/小时及以上的（不含电热锅炉）",
     "boilers of 20 t/h or more, singly or together, without electric ones",
     ROWS_109_112, UNCHECKED),
    (111, "PROCESS", "SIMPLIFIED", "FACT", None, None, True, "",
     "有电镀、酸洗、抛光、热浸镀、淬火或者钝化等表面处理工序的",
     "plating, pickling, polishing, hot dipping, quenching or passivation",
     ROWS_109_112, UNCHECKED),
    (112, "PROCESS", "SIMPLIFIED", "FIGURE", None, "20000", True, "t/d",
     "水处理设施日处理能力2万吨及以上的", "water treatment of 20 000 t a day or more",
     ROWS_109_112, UNCHECKED),
)  # fmt: skip
