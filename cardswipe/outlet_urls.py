"""Addresses of outlets, their meters and readings."""

from django.urls import include, path

from cardswipe.views import gas_states, measuring, outlets, readings, signs

urlpatterns = [
    path("outlets/", outlets.outlets, name="outlets"),
    path(
        "enterprises/<int:enterprise_id>/outlets/",
        outlets.enterprise_outlets,
        name="enterprise_outlets",
    ),
    path(
        "enterprises/<int:enterprise_id>/meters/",
        outlets.enterprise_meters,
        name="enterprise_meters",
    ),
    path("sites/<int:site_id>/outlets/", outlets.site_outlets, name="site_outlets"),
    path(
        "outlets/<int:outlet_id>/",
        include(
            [
                path("", outlets.outlet, name="outlet"),
                path("now/", outlets.outlet_now, name="outlet_now"),
                path("gas-state/", gas_states.gas_state_new, name="gas_state_new"),
                path("load-source/", measuring.source_new, name="load_source_new"),
                path("sign/", signs.sign, name="outlet_sign"),
                path("sign/now/", signs.sign_now, name="outlet_sign_now"),
                path("plate.pdf", signs.plate, name="outlet_plate"),
            ]
        ),
    ),
    path(
        "devices/<int:controller_id>/readings/",
        readings.controller_readings,
        name="controller_readings",
    ),
    path(
        "devices/<int:controller_id>/readings.csv",
        readings.controller_readings_file,
        {"suffix": "csv"},
        name="controller_readings_csv",
    ),
    path(
        "devices/<int:controller_id>/readings.xlsx",
        readings.controller_readings_file,
        {"suffix": "xlsx"},
        name="controller_readings_xlsx",
    ),
]
